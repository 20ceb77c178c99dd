import type { Bundle } from '@medplum/fhirtypes';
import { basesOf } from '../access/decide.ts';
import type { PatientKey } from '../access/facts.ts';
import { searchsetBundle } from '../fhir/bundle.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { matcher } from '../fhir/search/match.ts';
import { isPosition } from '../fhir/search/page.ts';
import { parseSearch } from '../fhir/search/parse.ts';
import { reachOf } from '../fhir/search/reach.ts';
import type { Search } from '../fhir/search/search.ts';
import { summarised } from '../fhir/search/view.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Instant } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import type { Caller } from './caller.ts';
import { refOf } from './commit.ts';
import { disclose, traceOf, writeTrace } from './disclose.ts';
import { enter, ownPatientOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { patientOf, relativeOf } from './resolve-patient.ts';
import { byType, type Candidates, candidatesAcross } from './search-across.ts';
import { aroundOf, type Placed, recordTypes, typesRead } from './search-around.ts';
import { tooLargeRecord } from './search-bounds.ts';
import { isPlaced } from './search-index.ts';
import { pageOf } from './search-page.ts';
import { traceLines } from './search-trace.ts';

export type SearchRequest = { readonly type: ResourceType; readonly rawQuery: string; readonly handling: 'strict' | 'lenient' };

export type SearchAnswer = { readonly bundle: Bundle; readonly etag: string };

/**
 * FHIR search-type. Inside a patient: one BatchGet, no Query unless a basis lives, one Query by type, each hit decided,
 * filtered, and only then matched, sorted, counted and paged: a hidden resource influences nothing. Chains, `_has`
 * and includes look at the visible rest of the record, read whole by the same Query, and at the directory.
 * Across patients: the requester's own patients, worklists, look-ups, directory (`search-across.ts`).
 * @see https://hl7.org/fhir/R4/search.html
 */
export async function search(ports: Ports, caller: Caller, { type, rawQuery, handling }: SearchRequest): Promise<Result<SearchAnswer>> {
  const parsed = parseSearch(type, rawQuery, { handling, baseUrl: ports.fhirBase });
  if (!parsed.ok) return parsed;
  const criteria = parsed.value;
  const at = ports.now();
  const purpose = `page|${caller.reference}|${caller.network}|${type}|${criteria.selfQuery}`;
  const opened = criteria.pageToken === undefined ? undefined : ports.keys.open(purpose, criteria.pageToken);
  const position = isPosition(opened, criteria) ? opened : undefined;
  if (criteria.pageToken !== undefined && position === undefined) return refused(UNKNOWN_PAGE);
  const found = await candidates(ports, caller, criteria);
  if (!found.ok) return found;

  const groups = found.value;
  const placed = groups.flatMap((group) => [...group.stored, ...group.beside].flatMap((one) => placedIn(group, one, at)));
  const isCandidate = new Set(groups.flatMap(({ stored }) => stored));
  const visible = placed.filter(({ stored }) => isCandidate.has(stored));
  const around = aroundOf(ports, groups, placed, at, caller.network);
  const matched = await around.settle((lookup) => {
    const isMatch = matcher(criteria, lookup);
    return visible.filter(({ view }) => isMatch(view));
  });
  if (!matched.ok) return matched;
  const hits = matched.value;
  const told = await pageOf(
    around,
    hits.map(({ view }) => view),
    criteria,
    position,
  );
  if (!told.ok) return told;
  const { arranged, brought } = told.value;

  const ids = new Map(groups.flatMap(({ patient, facts }) => (patient && facts ? [[patient, facts.patient.id] as const] : [])));
  await writeTrace(ports, at, traceLines({ groups, visible, hits, brought, type, at }), (patient) => ids.get(patient));

  const next = arranged.next === undefined ? undefined : ports.keys.seal(purpose, arranged.next);
  const { elements: _, ...summary } = criteria;
  return accepted({
    bundle: searchsetBundle({
      baseUrl: ports.fhirBase,
      type,
      selfQuery: criteria.selfQuery,
      page: arranged.page.map((resource) => summarised(resource, criteria)),
      // `_elements` names elements of the matches.
      included: brought.map(({ view }) => summarised(view, summary)),
      warnings: criteria.ignored,
      // Who asks for the number alone is told it, whatever `_total` says.
      ...(criteria.total === 'none' && criteria.summary !== 'count' ? {} : { total: arranged.total }),
      ...(criteria.pageToken === undefined ? {} : { pageToken: criteria.pageToken }),
      ...(next === undefined ? {} : { nextToken: next }),
    }),
    etag: `W/"${ports.keys.hash('search', rawQuery, ...[...hits, ...brought].map(({ view, etag }) => `${refOf(view)}${etag}`))}"`,
  });
}

function placedIn({ facts, requester, patient }: Candidates, stored: Stored, at: Instant): readonly Placed[] {
  const shown = disclose({ facts, requester }, stored, 'search', at);
  return shown ? [{ ...shown, patient }] : [];
}

/** Everything of one patient that the requester may see, with the same filters. */
export async function everything(ports: Ports, caller: Caller, id: string): Promise<Result<SearchAnswer>> {
  const at = ports.now();
  const patient = await patientOf(ports, { kind: 'reference', ref: `Patient/${id}` }, [caller.network]);
  const entered = await enter(ports, caller, patient);
  if (!entered.ok) return entered;
  const { facts, requester } = entered.value;
  const lives = patient !== undefined && facts !== undefined && basesOf(facts, requester, at).bases.length > 0;
  const { stored, complete } = lives ? await ports.store.compartment(patient) : { stored: [], complete: true };
  if (!complete) return refused(tooLargeRecord('Patient', true));
  const shown = stored.flatMap((one) => disclose(entered.value, one, 'search', at) ?? []);
  const person = shown.find(({ view }) => view.resourceType === 'Patient' && view.id === id);
  if (patient) {
    await writeTrace(
      ports,
      at,
      [
        {
          requester,
          patient,
          interaction: 'everything',
          outcome: person ? 'permit' : 'deny',
          ...(person ? traceOf(shown) : { rules: facts ? basesOf(facts, requester, at).rules : ['A-15'], entities: [`Patient/${id}`] }),
          count: shown.length,
        },
      ],
      () => facts?.patient.id,
    );
  }
  if (!person) return refused(NOT_FOUND);
  return accepted({
    bundle: searchsetBundle({
      baseUrl: ports.fhirBase,
      type: 'Patient',
      selfQuery: `_id=${id}`,
      page: [person, ...shown.filter((one) => one !== person)].map(({ view }) => view),
      total: shown.length,
    }),
    etag: `W/"${ports.keys.hash('everything', ...shown.map(({ view, etag }) => `${refOf(view)}${etag}`))}"`,
  });
}

/** The stored resources that may match, by patient, each with the facts they are decided on. */
async function candidates(ports: Ports, caller: Caller, criteria: Search): Promise<Result<readonly Candidates[]>> {
  const { type } = criteria;
  if (RESOURCE_TYPES[type].compartment === 'none')
    return isEmptied(criteria) ? refused(emptied(criteria)) : candidatesAcross(ports, caller, criteria);
  const own = ownPatientOf(ports, caller);
  const mention = criteria.patient
    ? 'identifier' in criteria.patient
      ? ({ kind: 'identifier', identifier: criteria.patient.identifier } as const)
      : ({ kind: 'reference', ref: relativeOf(criteria.patient.reference ?? '', ports.fhirBase) } as const)
    : undefined;
  if (!mention && !own) return isEmptied(criteria) ? refused(emptied(criteria)) : candidatesAcross(ports, caller, criteria);
  const patient = mention ? await patientOf(ports, mention, [caller.network]) : own;
  return inPatient(ports, caller, patient, criteria);
}

/** What is left names neither patient nor index: the whole list would be another answer than the one wanted (contracts.md 3). */
function isEmptied(search: Search): boolean {
  return !isPlaced(search) && search.ignored.some(({ code }) => /^(unknown|empty)-search-parameter$/.test(code));
}

function emptied({ ignored }: Search): Refusal {
  return {
    category: 'not-understood',
    code: 'no-criterion-left',
    ...(ignored[0]?.expression ? { expression: ignored[0].expression } : {}),
    diagnostics: 'A parameter of this search is unknown or empty, and those that are left name neither a patient nor an index to look in.',
    remedy: 'Ajoutez un critère connu (patient, identifier, owner…) ; /fhir/metadata donne la liste.',
  };
}

async function inPatient(
  ports: Ports,
  caller: Caller,
  patient: PatientKey | undefined,
  criteria: Search,
): Promise<Result<readonly Candidates[]>> {
  const { type } = criteria;
  const entered = await enter(ports, caller, patient);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  if (!patient || !facts || basesOf(facts, requester, ports.now()).bases.length === 0)
    return accepted([{ requester, facts, patient, stored: [], beside: [] }]);
  const reach = reachOf(criteria);
  const { stored, complete } = await ports.store.compartment(patient, typesRead(type, reach));
  if (!complete) return refused(tooLargeRecord(type, recordTypes(reach).length > 0));
  return accepted([{ requester, facts, patient, ...byType(stored, type) }]);
}

/** A page token of another caller, of another search, or none of ours. */
export const UNKNOWN_PAGE: Refusal = {
  category: 'not-understood',
  code: 'page-token',
  expression: '_page',
  diagnostics: 'The page token is not one of ours for this caller and this search.',
  remedy: 'Relancez la recherche depuis sa première page.',
};

const NOT_FOUND: Refusal = {
  category: 'not-found',
  code: 'not-found',
  diagnostics: 'No such Patient, or it is not yours to see.',
  remedy: 'Vérifiez l’identifiant ; si la personne est suivie, demandez à rejoindre son cercle de soins.',
};
