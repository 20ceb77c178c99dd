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

/** What one validation carries along: what was found, how deep it is, and what `%resource` and `%rootResource` mean. */
export type State = { readonly issues: Issue[]; depth: number; resource: JsonObject; rootResource: JsonObject };

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
  'reference-target': ['value', "Désignez une ressource de l'un des types permis."],
  narrative: ['invariant', 'Envoyez un texte XHTML simple dans un seul élément div, sans contenu actif.'],
} as const;

export type Rule = keyof typeof REMEDY;

/** Adds one error to `state`. */
export function report(state: State, rule: Rule, expression: string, diagnostics: string): void {
  const [code, remedy] = REMEDY[rule];
  state.issues.push({ severity: 'error', code, rule, expression, diagnostics, remedy });
}

/** Adds a broken constraint of the specification or of our profile, told by its own sentence. */
export function reportConstraint(state: State, key: string, expression: string, human: string): void {
  const remedy = REMEDY_OF_OURS.get(key) ?? `Corrigez cet élément pour respecter la contrainte ${key} de FHIR R4.`;
  state.issues.push({ severity: 'error', code: 'invariant', rule: key, expression, diagnostics: human, remedy });
}

const REMEDY_OF_OURS: ReadonlyMap<string, string> = new Map([
  ['rls-rang-positif', 'Donnez un rang entier à partir de 1.'],
  ['rls-rang-unique', 'Donnez à chaque activité en cours un rang différent.'],
  ['rls-canal-url', 'Donnez une adresse http ou https au canal.'],
]);

/** An object of JSON: neither null nor an array. */
export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
