import { readQuery, writeQuery } from '../fhir/search/query-string.ts';
import { RESULT_PARAMETERS } from '../fhir/search/result-parameters.ts';
import type { Ref, ResourceType } from '../fhir/types.ts';
import { epochMsOf } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import { KEY } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { locate } from './enter.ts';
import type { Ports } from './ports.ts';
import { severalMatches } from './refusals.ts';
import { search } from './search.ts';

/** What a condition found among what the requester sees. */
export type Matching =
  | {
      readonly kind: 'none';
      /** To be written with what is created because of it: of two who found nothing at the same time, one must look again. */
      readonly claim: DocumentWrite;
    }
  | { readonly kind: 'one'; readonly ref: Ref; readonly id: string; readonly patient?: string; readonly version: number };

/** A claim outlives every request that read it by far, and no more. */
const CLAIM_TTL_SECONDS = 86_400;

/**
 * What a condition (`If-None-Exist`, `PUT Type?…`, a conditional reference) means for this requester: the search that it
 * spells, decided as any search is, so that what he does not see does not count. Several → 412; a parameter that
 * is unknown or says how an answer looks → 400; no criterion at all → 412, it would select everything.
 * @see https://hl7.org/fhir/R4/http.html#ccreate
 */
export async function matching(ports: Ports, caller: Caller, type: ResourceType, rawQuery: string): Promise<Result<Matching>> {
  // Some write the condition with its type, as in a reference.
  const parts = readQuery(rawQuery.startsWith(`${type}?`) ? rawQuery.slice(type.length) : rawQuery);
  if (!parts.ok) return parts;
  const other = parts.value.find(({ name }) => RESULT_PARAMETERS.includes(name) || /^_(rev)?include(:|$)/.test(name));
  if (other) return refused(noCriterion(type, other.name));
  const condition = parts.value.filter(({ value }) => value !== '');
  if (condition.length === 0) return refused(notSelective(type));
  const ordered = writeQuery(condition.toSorted((one, next) => (`${one.name}=${one.value}` < `${next.name}=${next.value}` ? -1 : 1)));
  const claim = await claimOf(ports, caller, type, ordered);
  const found = await search(ports, caller, { type, rawQuery: `${ordered}&_count=2`, handling: 'strict' });
  if (!found.ok) return found;
  const [match, second] = (found.value.bundle.entry ?? []).flatMap(({ resource, search: { mode } = {} }) =>
    mode === 'match' && resource?.resourceType === type && resource.id !== undefined
      ? [{ ref: `${type}/${resource.id}`, id: resource.id, version: Number(resource.meta?.versionId) }]
      : [],
  );
  if (second) return refused(severalMatches(type));
  if (!match) return accepted({ kind: 'none', claim });
  const { patient } = await locate(ports, type, match.id);
  return accepted({ kind: 'one', ...match, ...(patient === undefined ? {} : { patient }) });
}

/**
 * The condition's own item, read before the search and rewritten with the create: whoever comes second loses the race on
 * it, reads again and finds what the first one made. It says nothing about what exists, so that nothing can be learnt
 * from it, and nothing is left to be removed when the resource changes.
 */
async function claimOf(ports: Ports, { network }: Caller, type: ResourceType, condition: string): Promise<DocumentWrite> {
  const key = KEY.guard(ports.keys.hash('condition', network, type, condition));
  const version = (await ports.store.load([key])).document(key)?.version ?? 0;
  return {
    key,
    value: {},
    version: { from: version, to: version + 1 },
    ttlSeconds: Math.floor(epochMsOf(ports.now()) / 1000) + CLAIM_TTL_SECONDS,
  };
}

function noCriterion(type: ResourceType, name: string): Refusal {
  return {
    category: 'not-understood',
    code: 'condition-parameter',
    expression: `${type}?${name.slice(0, 60)}`,
    diagnostics: `${name.slice(0, 60)} says how an answer looks, not which ${type} is meant.`,
    remedy: 'Ne gardez dans la condition que des critères de recherche.',
  };
}

function notSelective(type: ResourceType): Refusal {
  return {
    category: 'precondition-failed',
    code: 'condition-empty',
    expression: type,
    diagnostics: `The condition has no criterion: every ${type} would meet it.`,
    remedy: 'Indiquez au moins un critère, par exemple identifier=système|valeur.',
  };
}
