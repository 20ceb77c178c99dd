import type { Filter } from './filters/filter.ts';
import type { Basis } from './remains.ts';
import type { RuleId } from './rule.ts';

/** Codes of the FHIR value set `type-restful-interaction`; `event` moves a carrier (contracts.md 4); `search` is one hit of `search-type`. */
export type Interaction = 'read' | 'vread' | 'search' | 'search-type' | 'history-instance' | 'create' | 'update' | 'event' | 'delete';

/** Permit or deny, before what it binds to. */
export type Verdict =
  | {
      readonly outcome: 'permit';
      /** The strongest basis that gives it. */
      readonly basis: Basis;
      /** Rows of domain.md 4 that decided, for the trace. */
      readonly rules: readonly RuleId[];
      readonly filter: Filter;
    }
  | {
      readonly outcome: 'deny';
      readonly rules: readonly RuleId[];
      /** The requester lawfully sees the resource (for a create: the person): 403 tells him nothing new; else 404. */
      readonly visible: boolean;
    };

/** A verdict with the rows that bind whoever asked for it (`obligations.ts`). */
export type Decision = Verdict & { readonly obligations: readonly RuleId[] };
