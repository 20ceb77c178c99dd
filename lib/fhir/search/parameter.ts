/** Search parameter types of R4 that we serve (`special` exists for Location alone). */
export type SearchParameterType = 'string' | 'token' | 'reference' | 'uri' | 'date' | 'number' | 'quantity' | 'composite';

/** One value that a parameter looks at, with the FHIR datatype it has by definition. */
export type SearchValue = {
  readonly datatype: string;
  readonly value: unknown;
  /** Code system that a required binding implies for a bare `code`. */
  readonly system?: string;
};

/** Reads values out of a resource, or out of one repetition of a composite's base. */
export type Extract = (from: unknown) => readonly SearchValue[];

export type Component = { readonly name: string; readonly type: SearchParameterType; readonly extract: Extract };

/** A row of the generated table. */
export type SearchParameter = {
  readonly name: string;
  readonly type: SearchParameterType;
  /** Canonical URL of its definition. */
  readonly definition: string;
  /** Types that a reference may point at. */
  readonly targets?: readonly string[];
  /** Looked through word by word (`_text`, `_content`). */
  readonly fullText?: true;
  /** For a composite: its base elements. */
  readonly extract: Extract;
  readonly components?: readonly Component[];
};

/** Elements by name; a BackboneElement lists its own, anything else is kept whole. */
export type ElementTree = { readonly [element: string]: true | ElementTree };

export type TypeElements = {
  /** Root elements that no view may drop: mandatory ones and modifiers. */
  readonly always: readonly string[];
  /** Elements of `_summary=true` (isSummary of R4). */
  readonly summary: ElementTree;
  /** JSON names of the root elements that are choices: `deceased` → `deceasedBoolean`, `deceasedDateTime`. */
  readonly choices: { readonly [element: string]: readonly string[] };
};
