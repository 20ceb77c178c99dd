import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { decide } from '../access/decide.ts';
import { traitsOf } from '../access/traits.ts';
import { eventsNow, machineOf, sendEvent as transition } from '../coordination/machines.ts';
import type { EventRequest, PossibleEvent } from '../coordination/types.ts';
import { ifMatchHolds } from '../fhir/preconditions.ts';
import type { RelaisResource, ResourceType } from '../fhir/types.ts';
import { parseParameters } from '../fhir/validate.ts';
import { accepted, type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Stored } from '../store/codec.ts';
import { KEY } from '../store/table.ts';
import type { Caller } from './caller.ts';
import { authorOf, commitGroups, refOf, turnOf, untilSettled } from './commit.ts';
import type { Written } from './create.ts';
import { disclose, notFound, traceOf, writeTrace } from './disclose.ts';
import { addressed, type Entered, enter } from './enter.ts';
import type { Ports } from './ports.ts';
import { staleVersion } from './refusals.ts';
import { surroundings } from './situation.ts';
import type { Precondition } from './update.ts';

/**
 * `POST /fhir/<Type>/<id>/$event` (contracts.md 4): one event through the carrier's machine, all its effects in one
 * transaction. The same `id` again gets the same carrier and changes nothing.
 */
export async function sendEvent(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  body: unknown,
  condition: Precondition,
): Promise<Result<Written>> {
  const parameters = parseParameters(body);
  if (!parameters.ok) return parameters;
  return untilSettled(
    async () => {
      const at = ports.now();
      const request = eventOf(parameters.value, at);
      if (!request.ok) return request;
      const replayKey = KEY.idempotency(caller.client, `event#${type}/${id}#${request.value.id ?? ''}`);
      const opened = await carrierOf(ports, caller, type, id, request.value.id === undefined ? [] : [replayKey]);
      if (!opened.ok) return opened;
      const { entered, current, patient } = opened.value;
      const { requester, facts } = entered;
      const shown = disclose(entered, current, 'read', at);
      if (entered.loaded.document(replayKey)) return accepted({ ref: `${type}/${id}`, version: current.version, at: current.at, shown });
      if (condition.ifMatch !== undefined && !ifMatchHolds(condition.ifMatch, current.version))
        return refused(staleVersion(`${type}/${id}`, current.version));
      if (!facts) return refused(notFound(type));
      const { situation, previous } = await surroundings(ports, patient, facts, requester, at);
      const effects = transition(current.resource, request.value, situation);
      if (!effects.ok) return effects;
      const { writes, carrier } = effects.value;
      const committed = await commitGroups(ports, {
        network: facts.network,
        at,
        groups: [
          { patient, facts, writes, previous: (ref) => (ref === `${type}/${id}` ? current : previous(ref)), author: authorOf(requester) },
        ],
        documents:
          request.value.id === undefined
            ? []
            : [{ key: replayKey, value: { at }, onlyNew: true, ttlSeconds: Math.floor(Date.parse(at) / 1000) + REPLAY_TTL_SECONDS }],
        trace: [
          { requester, patient, interaction: 'event', outcome: 'permit', ...traceOf(shown ? [shown] : []), entities: writes.map(refOf) },
        ],
      });
      if (!committed.ok) return committed;
      const after = committed.value.find(({ resource }) => refOf(resource) === refOf(carrier)) ?? current;
      return accepted({ ref: refOf(carrier), version: after.version, at, shown: disclose(entered, after, 'read', at) });
    },
    turnOf(ports, `${type}/${id}`),
  );
}

/** `GET /fhir/<Type>/<id>/$events`: what this requester may send now, with the guards that would stop it. */
export async function possibleEvents(ports: Ports, caller: Caller, type: ResourceType, id: string): Promise<Result<Parameters>> {
  const opened = await carrierOf(ports, caller, type, id, []);
  if (!opened.ok) return opened;
  const { entered, current, patient } = opened.value;
  if (!entered.facts) return refused(notFound(type));
  const at = ports.now();
  const { situation } = await surroundings(ports, patient, entered.facts, entered.requester, at);
  const possible = eventsNow(current.resource, situation);
  const shown = disclose(entered, current, 'read', at);
  await writeTrace(
    ports,
    at,
    [
      {
        requester: entered.requester,
        patient,
        interaction: 'events',
        outcome: 'permit',
        ...traceOf(shown ? [shown] : []),
        entities: [`${type}/${id}`],
      },
    ],
    () => entered.facts?.patient.id,
  );
  return accepted({ resourceType: 'Parameters', parameter: possible.map(parameterOf) });
}

const REPLAY_TTL_SECONDS = 30 * 86_400;

type Opened = { readonly entered: Entered; readonly current: Stored; readonly patient: string };

async function carrierOf(
  ports: Ports,
  caller: Caller,
  type: ResourceType,
  id: string,
  keys: readonly ReturnType<typeof KEY.facts>[],
): Promise<Result<Opened>> {
  const at = ports.now();
  const target = await addressed(ports, type, id);
  const entered = await enter(ports, caller, target.patient, [KEY.resource(target), ...keys]);
  if (!entered.ok) return entered;
  const { requester, facts } = entered.value;
  const current = entered.value.loaded.resource(target);
  const shown = current ? disclose(entered.value, current, 'read', at) : undefined;
  const decision = current
    ? decide(facts, { requester, interaction: 'event', traits: traitsOf(current.resource, current.author), at })
    : undefined;
  if (!current || !target.patient || decision?.outcome !== 'permit') {
    await writeTrace(
      ports,
      at,
      [
        {
          requester,
          ...(target.patient ? { patient: target.patient } : {}),
          interaction: 'event',
          outcome: 'deny',
          rules: decision?.rules ?? ['A-15'],
          entities: [`${type}/${id}`],
        },
      ],
      () => facts?.patient.id,
    );
    return refused(shown ? eventForbidden(type) : notFound(type));
  }
  if (!machineOf(current.resource)) return refused(noMachine(current.resource));
  return accepted({ entered: entered.value, current, patient: target.patient });
}

/** Parameters of `$event` as the machines take them: names to text. */
function eventOf({ parameter = [] }: Parameters, now: string): Result<EventRequest & { readonly id?: string }> {
  const texts: Record<string, string> = {};
  let reason: EventRequest['reason'];
  for (const one of parameter) {
    const text = textOf(one);
    if (one.name === 'reason') reason = one.valueCoding ?? one.valueCodeableConcept?.coding?.[0] ?? text;
    else if (one.name && text !== undefined) texts[one.name] = text;
  }
  const { event, id, at, ...rest } = texts;
  if (event === undefined) return refused(EVENT_MISSING);
  const moment = at === undefined ? now : new Date(at).toString() === 'Invalid Date' ? undefined : new Date(at).toISOString();
  if (moment === undefined)
    return refused({
      ...EVENT_MISSING,
      code: 'at-malformed',
      expression: "Parameters.parameter.where(name='at')",
      diagnostics: 'Parameter at is no instant.',
      remedy: 'Écrivez « at » comme un instant ISO 8601.',
    });
  return accepted({
    event,
    at: moment,
    parameters: rest,
    ...(id === undefined ? {} : { id }),
    ...(reason === undefined ? {} : { reason }),
  });
}

function textOf(one: ParametersParameter): string | undefined {
  const value =
    one.valueString ??
    one.valueCode ??
    one.valueId ??
    one.valueUri ??
    one.valueDate ??
    one.valueDateTime ??
    one.valueInstant ??
    one.valueReference?.reference ??
    one.valueCoding?.code ??
    one.valueCodeableConcept?.coding?.[0]?.code ??
    one.valueBoolean ??
    one.valueInteger ??
    one.valuePositiveInt ??
    one.valueUnsignedInt;
  return value === undefined ? undefined : String(value);
}

function parameterOf({ event, unmet }: PossibleEvent): ParametersParameter {
  return {
    name: 'event',
    part: [
      { name: 'event', valueCode: event },
      ...unmet.map(
        ({ code, remedy }): ParametersParameter => ({
          name: 'unmet',
          part: [
            { name: 'code', valueCode: code },
            { name: 'remedy', valueString: remedy },
          ],
        }),
      ),
    ],
  };
}

const EVENT_MISSING: Refusal = {
  category: 'not-understood',
  code: 'event-missing',
  expression: "Parameters.parameter.where(name='event')",
  diagnostics: 'Parameter event is missing.',
  remedy: 'Nommez l’événement à envoyer ; GET $events donne ceux qui sont possibles.',
};

function eventForbidden(type: ResourceType): Refusal {
  return {
    category: 'forbidden',
    code: 'event-not-allowed-for-role',
    diagnostics: `You may read this ${type}, not move it.`,
    remedy: 'Demandez au coordinateur du réseau.',
  };
}

function noMachine(resource: RelaisResource): Refusal {
  return {
    category: 'unprocessable',
    code: 'no-machine',
    expression: resource.resourceType,
    diagnostics: 'This resource carries no state machine.',
    remedy: 'Envoyez l’événement à la demande d’appui, au PPS, à l’épisode ou au consentement.',
  };
}
