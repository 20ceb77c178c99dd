/** One broken rule of R4 or of our profile. */
export type Issue = {
  readonly severity: 'error' | 'warning';
  /** FHIR issue-type: structure, required, value, invariant, code-invalid, not-supported. */
  readonly code: string;
  /** Kebab-case, or the key of the constraint (`pat-1`). */
  readonly rule: string;
  /** FHIRPath of the element, e.g. `Patient.name[0].family`. */
  readonly expression: string;
  /** English, for the integrator; names elements and types, never a value that the client sent. */
  readonly diagnostics: string;
  /** French: what to do. */
  readonly remedy: string;
};

export type JsonObject = { readonly [key: string]: unknown };

/**
 * What one validation carries along: what was found, how deep it is, what `%resource` and `%rootResource` mean, where the resource
 * stands that is looked at, and whether warnings are wanted.
 */
export type State = {
  readonly issues: Issue[];
  depth: number;
  resource: JsonObject;
  rootResource: JsonObject;
  place: string;
  readonly withWarnings: boolean;
};

/** Rules that make a body "not FHIR" (400); every other one is a rule that FHIR or we set on FHIR (422). */
export const NOT_FHIR: ReadonlySet<string> = new Set(['resource-type', 'unknown-element', 'json-type', 'empty', 'too-deep']);

const REMEDY = {
  'resource-type': ['not-supported', 'Envoyez une ressource FHIR R4 dont le type figure au CapabilityStatement.'],
  'unknown-element': ['structure', "Retirez cet élément ou corrigez son nom : il n'existe pas en FHIR R4 à cet endroit."],
  'json-type': ['structure', 'Écrivez cet élément avec le type JSON que FHIR R4 lui donne.'],
  empty: ['structure', "Retirez cet élément vide : FHIR n'admet ni objet, ni tableau, ni texte vide."],
  'too-deep': ['structure', "Réduisez l'imbrication de cet élément."],
  required: ['required', 'Ajoutez cet élément obligatoire.'],
  cardinality: ['structure', "Réduisez le nombre d'occurrences de cet élément à ce que le profil permet."],
  'choice-type': ['structure', 'Gardez une seule valeur, de l’un des types permis.'],
  format: ['value', 'Corrigez le format de cette valeur selon son type FHIR.'],
  'fixed-value': ['value', 'Employez la valeur que le profil impose.'],
  binding: ['code-invalid', 'Employez un code du jeu de valeurs imposé.'],
  'code-unknown': ['code-invalid', 'Employez un code de ce système de codes (voir le vocabulaire de Relais).'],
  'extension-unknown': ['value', "Corrigez l'adresse de l'extension : Relais ne définit pas celle-ci."],
  'extension-context': ['value', "Placez cette extension sur l'un des éléments pour lesquels elle est définie."],
  'modifier-unknown': ['not-supported', "Retirez cette extension : elle change le sens de l'élément et ce serveur ne la comprend pas."],
  'extension-foreign': ['not-supported', "Rien à faire : l'extension est gardée telle quelle, sans être vérifiée."],
  'code-not-carried': ['code-invalid', 'Vérifiez ce code auprès de sa nomenclature : ce serveur n’en porte qu’une partie.'],
  slice: ['structure', 'Retirez cette occurrence : le profil énumère celles qui sont permises.'],
  'reference-target': ['value', "Désignez une ressource de l'un des types permis."],
  narrative: ['invariant', 'Envoyez un texte XHTML simple dans un seul élément div, sans contenu actif.'],
} as const;

export type Rule = keyof typeof REMEDY;

/** One broken rule, with its remedy. */
export function issueOf(severity: Issue['severity'], rule: Rule, expression: string, diagnostics: string): Issue {
  const [code, remedy] = REMEDY[rule];
  return { severity, code, rule, expression, diagnostics, remedy };
}

/** Adds one error to `state`. */
export function report(state: State, rule: Rule, expression: string, diagnostics: string): void {
  state.issues.push(issueOf('error', rule, expression, diagnostics));
}

/** Adds one warning to `state`, where warnings are wanted. */
export function warn(state: State, rule: Rule, expression: string, diagnostics: string): void {
  if (state.withWarnings) state.issues.push(issueOf('warning', rule, expression, diagnostics));
}

/** Adds a broken constraint of the specification or of a profile, told by its own sentence and, when it is ours, its own remedy. */
export function reportConstraint(state: State, key: string, expression: string, human: string, own: string): void {
  const remedy = own || `Corrigez cet élément pour respecter la contrainte ${key} de FHIR R4.`;
  state.issues.push({ severity: 'error', code: 'invariant', rule: key, expression, diagnostics: human, remedy });
}

/** An object of JSON: neither null nor an array. */
export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
