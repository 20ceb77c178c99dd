/**
 * What went wrong, in classes that a client can act on. Only `lib/fhir/outcome.ts` (HTTP) and
 * `lib/intake/hl7v2/ack.ts` (HL7 v2) turn a category into a status.
 */
export type RefusalCategory =
  | 'not-understood' // 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403: the requester lawfully sees it, but may not do this
  | 'not-found' // 404: absent or not yours
  | 'method-not-allowed' // 405
  | 'not-acceptable' // 406
  | 'conflict' // 409
  | 'gone' // 410
  | 'precondition-failed' // 412
  | 'too-large' // 413
  | 'unsupported-media-type' // 415
  | 'unprocessable' // 422
  | 'too-costly' // 422
  | 'throttled' // 429
  | 'unavailable'; // 503

/** An expected refusal: a value, never an exception. Names the element, the rule and the remedy; no patient data. */
export type Refusal = {
  readonly category: RefusalCategory;
  /** Kebab-case, stable: what a support ticket quotes. */
  readonly code: string;
  /** FHIRPath (or HL7 v2 / XPath location) of the element, when there is one. */
  readonly expression?: string;
  /** English, for the integrator. */
  readonly diagnostics: string;
  /** French, for the person: what to do now. */
  readonly remedy: string;
  /** Slugs allowed instead (409 of a state machine). */
  readonly allowed?: readonly string[];
};

/** A doubt that does not stop the work; reported beside the result. */
export type Warning = Omit<Refusal, 'category'>;

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusals: readonly [Refusal, ...Refusal[]] };

export function accepted<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused(
  first: Refusal,
  ...others: readonly Refusal[]
): { readonly ok: false; readonly refusals: readonly [Refusal, ...Refusal[]] } {
  return { ok: false, refusals: [first, ...others] };
}
