import type { Keys } from '../platform/ids.ts';
import type { Instant } from '../platform/instant.ts';
import type { Store } from '../store/store.ts';
import type { TraceWriter } from '../store/trace.ts';

/** What a use case may do to the world; made once per function in `functions/runtime.ts`. */
export type Ports = {
  readonly store: Store;
  readonly trace: TraceWriter;
  readonly keys: Keys;
  /** The service's clock. */
  readonly now: () => Instant;
  /** A fresh opaque id that names no resource. */
  readonly newOpaqueId: () => string;
  /** A fresh patient key. */
  readonly newPatientKey: () => string;
  /** Base URL of the FHIR API, without trailing slash. */
  readonly fhirBase: string;
  /** Endpoints on this machine may be notified: the local profile only (contracts.md 7). */
  readonly loopbackAllowed: boolean;
};
