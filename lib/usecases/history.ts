import type { Bundle } from '@medplum/fhirtypes';
import { basesOf } from '../access/decide.ts';
import { type HistoryLine, historyBundle } from '../fhir/bundle.ts';
import { type HistoryCriteria, parseHistory } from '../fhir/history.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import { parseSearch } from '../fhir/search/parse.ts';
import type { ResourceType } from '../fhir/types.ts';
import { epochMsOf } from '../platform/instant.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { refOf } from './commit.ts';
import { disclose, notFound, type Shown, traceOf, writeTrace } from './disclose.ts';
import { addressed, type Entered, enter, ownPatientOf } from './enter.ts';
import type { Ports } from './ports.ts';
import { traceRead } from './read.ts';
import { notServed, TOO_MUCH } from './refusals.ts';
import { patientOf, relativeOf } from './resolve-patient.ts';
import { UNKNOWN_PAGE } from './search.ts';

/** Resources whose superseded versions one history of a type reads at most: each costs a Query. */
const CHANGED_MAX = 200;
const QUERIES_AT_ONCE = 8;

/**
 * FHIR history of an instance: every version, newest first, each decided with today's rights. A deletion is a line
 * without content, shown to who could read the last version.
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function history(ports: Ports, caller: Caller, type: ResourceType, id: string, rawQuery: string): Promise<Result<Bundle>> {
  if (!RESOURCE_TYPES[type].interactions.includes('history-instance')) return refused(notServed(type, 'history'));
  const criteria = parseHistory(rawQuery);
  if (!criteria.ok) return criteria;
  const [other] = criteria.value.others;
  if (other) return refused(notOfHistory(other.name));
  const target = await addressed(ports, type, id);
  const entered = await enter(ports, caller, target.patient, [KEY.resource(target)]);
  if (!entered.ok) return entered;
  const current = entered.value.loaded.resource(target);
  const shown = current ? disclose(entered.value, current, 'read', ports.now()) : undefined;
  await traceRead(ports, entered.value, target, 'history-instance', current, shown);
  if (!shown) return refused(notFound(type));
  const versions = await ports.store.history(target);
  return pageOf(ports, caller, `${type}/${id}`, criteria.value, visibleOf(ports, entered.value, versions));
}

/**
 * FHIR history of a type, inside one patient (`patient=`, or the person's own): bounded, since it reads the versions of
 * what changed one resource at a time. Across patients it is refused with the searches that work.
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function historyOfType(ports: Ports, caller: Caller, type: ResourceType, rawQuery: string): Promise<Result<Bundle>> {
  if (!RESOURCE_TYPES[type].interactions.includes('history-type')) return refused(notServed(type, 'history'));
  const criteria = parseHistory(rawQuery);
  if (!criteria.ok) return criteria;
  const patient = await patientAsked(ports, caller, type, criteria.value);
  if (!patient.ok) return patient;
  const at = ports.now();
  const entered = await enter(ports, caller, patient.value);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  const lives = patient.value !== undefined && facts !== undefined && basesOf(facts, requester, at).bases.length > 0;
  const { stored, complete } = lives
    ? await ports.store.compartment(patient.value, [type], { deletedToo: true })
    : { stored: [], complete: true };
  if (!complete) return refused(TOO_MUCH);
  const { since } = criteria.value;
  const wanted = visibleOf(ports, entered.value, stored).filter(({ stored: one }) => since === undefined || one.at >= since);
  const changed = wanted.filter(({ stored: one }) => one.version > 1);
  if (changed.length > CHANGED_MAX) return refused(tooManyVersions(type));
  const shown = wanted.filter(({ stored: one }) => one.version === 1);
  for (let from = 0; from < changed.length; from += QUERIES_AT_ONCE) {
    const some = await Promise.all(
      changed
        .slice(from, from + QUERIES_AT_ONCE)
        .map(({ stored: { resource } }) =>
          ports.store.history({ type, id: resource.id ?? '', ...(patient.value ? { patient: patient.value } : {}) }),
        ),
    );
    shown.push(...some.flatMap((versions) => visibleOf(ports, entered.value, versions)));
  }
  if (patient.value) {
    const line = { requester, patient: patient.value, interaction: 'history-type', count: shown.length };
    const permit = { ...line, outcome: 'permit', ...traceOf(wanted) } as const;
    const deny = { ...line, outcome: 'deny', rules: facts ? basesOf(facts, requester, at).rules : ['A-15'], entities: [type] } as const;
    await writeTrace(ports, at, [wanted.length > 0 ? permit : deny], () => facts?.patient.id);
  }
  return pageOf(ports, caller, type, criteria.value, shown);
}

function visibleOf(ports: Ports, entered: Entered, versions: readonly Stored[]): Shown[] {
  const at = ports.now();
  return versions.flatMap((stored) => disclose(entered, stored, 'read', at) ?? []);
}

/** Newest first, those of one moment by name: an order that later writes only add to at its head. */
function pageOf(
  ports: Ports,
  caller: Caller,
  path: string,
  { since, count, pageToken, selfQuery }: HistoryCriteria,
  shown: readonly Shown[],
): Result<Bundle> {
  const purpose = `history|${caller.reference}|${caller.network}|${path}|${selfQuery}`;
  const after = pageToken === undefined ? undefined : ports.keys.open(purpose, pageToken);
  if (pageToken !== undefined && typeof after !== 'string') return refused(UNKNOWN_PAGE);
  const lines = shown
    .filter(({ stored }) => since === undefined || stored.at >= since)
    .map((one) => ({ one, place: placeOf(one) }))
    .toSorted((one, other) => (one.place < other.place ? -1 : 1));
  const left = typeof after === 'string' ? lines.filter(({ place }) => place > after) : lines;
  const page = left.slice(0, count);
  const last = left.length > page.length ? page.at(-1)?.place : undefined;
  return accepted(
    historyBundle({
      baseUrl: ports.fhirBase,
      path,
      selfQuery,
      lines: page.map(({ one }) => lineOf(one)),
      total: lines.length,
      ...(pageToken === undefined ? {} : { pageToken }),
      ...(last === undefined ? {} : { nextToken: ports.keys.seal(purpose, last) }),
    }),
  );
}

/** Text that sorts as the lines do. */
function placeOf({ stored: { at, version, resource } }: Shown): string {
  const digits = (number: number): string => String(Number.MAX_SAFE_INTEGER - number).padStart(16, '0');
  return `${digits(epochMsOf(at))} ${refOf(resource)} ${digits(version)}`;
}

function lineOf({ stored, view }: Shown): HistoryLine {
  return {
    ref: refOf(stored.resource),
    done: stored.deleted ? 'delete' : stored.version === 1 ? 'create' : 'update',
    versionId: String(stored.version),
    at: stored.at,
    ...(stored.deleted ? {} : { resource: view }),
  };
}

/** The patient whose history is asked: by a parameter as a search takes it, or the person's own. */
async function patientAsked(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  { others }: HistoryCriteria,
): Promise<Result<string | undefined>> {
  const own = ownPatientOf(ports, caller);
  if (others.length === 0) return own === undefined ? refused(acrossPatients(type)) : accepted(own);
  const query = others.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const parsed = parseSearch(type, query, { handling: 'strict', baseUrl: ports.fhirBase });
  if (!parsed.ok) return parsed;
  const { patient: wanted, ids } = parsed.value;
  const [other, second] = others;
  if (second || !other) return refused(notOfHistory(second?.name ?? ''));
  if (wanted && 'identifier' in wanted)
    return accepted(await patientOf(ports, { kind: 'identifier', identifier: wanted.identifier }, [caller.network]));
  const ref = wanted
    ? relativeOf(wanted.reference, ports.fhirBase)
    : type === 'Patient' && ids?.length === 1
      ? `Patient/${ids[0]}`
      : undefined;
  if (ref === undefined) return refused(notOfHistory(other.name));
  return accepted(await patientOf(ports, { kind: 'reference', ref }, [caller.network]));
}

function notOfHistory(name: string): Refusal {
  return {
    category: 'not-understood',
    code: 'history-parameter',
    expression: name.slice(0, 60),
    diagnostics: `A history takes _since, _count and, of a type, one parameter that names the patient; not ${name.slice(0, 60)}.`,
    remedy: 'Retirez ce paramètre, ou faites une recherche.',
  };
}

function acrossPatients(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    expression: type,
    diagnostics: `The history of ${type} is told inside one patient.`,
    remedy: `Ajoutez patient=Patient/<id> ; pour ce qui a changé chez tous les vôtres : GET ${type}?_lastUpdated=ge<instant>.`,
  };
}

function tooManyVersions(type: ResourceType): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    expression: type,
    diagnostics: `More than ${CHANGED_MAX} resources of type ${type} changed in that time.`,
    remedy: 'Ajoutez _since=<instant>, ou demandez l’historique d’une ressource.',
  };
}
