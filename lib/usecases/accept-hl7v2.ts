import type { Bundle } from '@medplum/fhirtypes';
import * as z from 'zod';
import type { Requester } from '../access/requester.ts';
import { ack } from '../intake/hl7v2/ack.ts';
import { type Charset, encodeAck } from '../intake/hl7v2/charset.ts';
import type { Envelope } from '../intake/hl7v2/envelope.ts';
import { type Hl7Reading, normalisedForHash, readHl7v2 } from '../intake/hl7v2/read.ts';
import type { Intake } from '../intake/intake.ts';
import { epochMsOf, type Instant } from '../platform/instant.ts';
import { log } from '../platform/log.ts';
import { accepted, type Refusal, type Result, refused, type Warning } from '../platform/refusal.ts';
import type { DocumentWrite } from '../store/commit.ts';
import { KEY, type Key } from '../store/table.ts';
import { elsewhere, NOT_A_SENDER } from './accept-cda.ts';
import type { Caller } from './caller.ts';
import { type Changed, changeIdentity, numbersOf } from './change-identity.ts';
import { commitGroups, MOVED, refOf, untilSettled, type WriteGroup } from './commit.ts';
import { type TraceLine, writeTrace } from './disclose.ts';
import { dryRunBundle } from './dry-run.ts';
import { type Entered, enter } from './enter.ts';
import { guardsOf } from './known-person.ts';
import type { Ports } from './ports.ts';
import { patientAmong, takeIn, turnOfIntake, uncontested } from './take-in.ts';

export type Hl7Answer = { readonly kind: 'ack'; readonly bytes: Uint8Array } | { readonly kind: 'dry-run'; readonly bundle: Bundle };

const receipt = z.object({ ack: z.string(), hash: z.string() });
const RECEIPT_TTL_SECONDS = 90 * 86_400;
const PARKED_TTL_SECONDS = 30 * 86_400;

/**
 * `POST /intake/hl7v2` (contracts.md 5): BatchGet, Query, one transaction, ACK. The answer is an ACK whatever the
 * message is; only the token is refused in HTTP. The key of idempotency is client, MSH-3/4, MSH-10 and a hash of the
 * message: the first answer again, nothing written.
 */
export async function acceptHl7v2(ports: Ports, caller: Caller, bytes: Uint8Array, dryRun: boolean): Promise<Result<Hl7Answer>> {
  const reading = readHl7v2(bytes, { senderFiness: caller.finess ?? '' });
  const answer = await untilSettled(
    () => attempt(ports, caller, bytes, reading, dryRun),
    turnOfIntake(reading.outcome === 'understood' ? reading.intake : undefined),
  );
  const lostEveryRace = !answer.ok && answer.refusals.some(({ code }) => code === MOVED);
  return lostEveryRace ? accepted({ kind: 'ack', bytes: failureAck(ports, bytes) }) : answer;
}

async function attempt(ports: Ports, caller: Caller, bytes: Uint8Array, reading: Hl7Reading, dryRun: boolean): Promise<Result<Hl7Answer>> {
  const at = ports.now();
  const keys = keysOf(ports, caller, reading, bytes);
  const identity = reading.outcome === 'understood' ? guardsOf(ports, numbersOf(reading.intake), [caller.network]) : [];
  const entered = await enter(ports, caller, undefined, [keys.message, keys.control, ...identity]);
  if (!entered.ok) return entered;
  const { requester, loaded } = entered.value;
  if (requester.role !== 'hospital' || requester.structure === undefined) return refused(NOT_A_SENDER);
  const first = loaded.document(keys.message);
  if (first && !dryRun) return accepted({ kind: 'ack', bytes: Buffer.from(receipt.parse(first.value).ack, 'base64') });
  const reused = loaded.document(keys.control) ? [CONTROL_ID_REUSED] : [];
  if (reading.outcome !== 'understood') return answerOnly(ports, caller, entered.value, reading, keys, bytes, reused, at, dryRun);

  const taken = await takenFrom(ports, caller, entered.value, reading.intake, at);
  if (!taken.ok) {
    const answer = ackBytes(ports, reading.envelope, taken.refusals, [], at);
    return dryRun
      ? accepted({ kind: 'dry-run', bundle: dryRunBundle([], taken.refusals, reading.intake.mapping) })
      : record(ports, entered.value, keys, answer, at, [], 'deny', taken.refusals);
  }
  const { network, groups, warnings } = taken.value;
  const writes = groups.flatMap((group) => group.writes);
  const all = [...reused, ...warnings];
  if (dryRun) {
    await writeTrace(
      ports,
      at,
      [{ requester, interaction: 'intake-dry-run', outcome: 'permit', rules: ['A-23'], entities: [] }],
      () => undefined,
    );
    return accepted({ kind: 'dry-run', bundle: dryRunBundle(writes, all, reading.intake.mapping) });
  }
  const answer = ackBytes(ports, reading.envelope, [], all, at);
  const committed = await commitGroups(ports, {
    network,
    at,
    groups,
    documents: receiptsOf(keys, answer, at),
    trace: tracesOf(requester, groups),
  });
  if (!committed.ok) {
    const racing = committed.refusals.some(({ code }) => code === MOVED);
    return racing
      ? committed
      : record(
          ports,
          entered.value,
          keys,
          ackBytes(ports, reading.envelope, committed.refusals, [], at),
          at,
          [],
          'deny',
          committed.refusals,
        );
  }
  log('info', 'RLS-0008', { outcome: reading.envelope.trigger, count: writes.length });
  return accepted({ kind: 'ack', bytes: answer });
}

/** What a message would write: identities and accounts change in records of their own, everything else in the one of its person. */
async function takenFrom(
  ports: Ports,
  caller: Caller,
  { requester, loaded }: Entered,
  intake: Intake,
  at: Instant,
): Promise<Result<Changed>> {
  const { change } = intake;
  if (change?.kind === 'ins' || change?.kind === 'account-number')
    return accepted(await changeIdentity({ ports, caller, sender: requester, loaded, intake, at }, change));
  const patient = (await patientAmong(ports, loaded, intake, [caller.network])) ?? (await elsewhere(ports, intake, requester.alsoIn));
  const own = uncontested(ports, loaded, intake, [caller.network], patient);
  const taken = await takeIn(ports, caller, requester, own, patient, at);
  if (!taken.ok) return taken;
  const { group, facts, warnings } = taken.value;
  return accepted({ network: facts.network, groups: [group], warnings });
}

/** One line for each person; a message that changes nothing is told too. */
function tracesOf(requester: Requester, groups: readonly WriteGroup[]): readonly TraceLine[] {
  const line = { requester, interaction: 'intake-hl7v2', outcome: 'permit', basis: 'OWN', rules: ['A-23'] } as const;
  if (groups.length === 0) return [{ ...line, entities: [] }];
  return groups.map(({ patient, writes }) => ({ ...line, ...(patient ? { patient } : {}), entities: writes.map(refOf) }));
}

/** An ACK of our own failure: nothing was written, the same message may come again. */
export function failureAck(ports: Ports, bytes: Uint8Array): Uint8Array {
  const reading = readHl7v2(bytes, { senderFiness: '' });
  return ackBytes(ports, reading.envelope, [OUR_FAILURE], [], ports.now());
}

type Keys = { readonly message: Key; readonly control: Key; readonly parkedId: string; readonly hash: string; readonly client: string };

function keysOf(ports: Ports, caller: Caller, reading: Hl7Reading, bytes: Uint8Array): Keys {
  const { envelope } = reading;
  const sender = `${envelope?.sendingApplication ?? ''}|${envelope?.sendingFacility ?? ''}|${envelope?.controlId ?? ''}`;
  const hash = ports.keys.hash(
    'message',
    reading.text === undefined ? Buffer.from(bytes).toString('latin1') : normalisedForHash(reading.text),
  );
  return {
    hash,
    client: caller.client,
    parkedId: hash,
    message: KEY.idempotency(caller.client, `hl7#${ports.keys.hash('sender', sender)}#${hash}`),
    control: KEY.idempotency(caller.client, `hl7-control#${ports.keys.hash('sender', sender)}`),
  };
}

/** Refused or ignored: the answer is kept for replays, and what was unreadable is parked for 30 days. */
async function answerOnly(
  ports: Ports,
  caller: Caller,
  entered: Entered,
  reading: Exclude<Hl7Reading, { outcome: 'understood' }>,
  keys: Keys,
  bytes: Uint8Array,
  reused: readonly Warning[],
  at: Instant,
  dryRun: boolean,
): Promise<Result<Hl7Answer>> {
  const refusals = reading.outcome === 'refused' ? reading.refusals : [];
  const warnings = reading.outcome === 'ignored' ? [...reused, ...reading.warnings] : [];
  if (dryRun) return accepted({ kind: 'dry-run', bundle: dryRunBundle([], [...refusals, ...warnings], []) });
  const answer = ackBytes(ports, reading.envelope, refusals, warnings, at);
  const parked: readonly DocumentWrite[] =
    reading.outcome === 'refused'
      ? [
          {
            key: KEY.parked(caller.network, caller.client, keys.parkedId),
            value: {
              receivedAt: at,
              reason: reading.refusals[0].code,
              controlId: reading.envelope?.controlId ?? '',
              sizeBytes: bytes.length,
            },
            ttlSeconds: Math.floor(epochMsOf(at) / 1000) + PARKED_TTL_SECONDS,
          },
        ]
      : [];
  if (parked.length > 0) await ports.store.blobs.put(parkedBlob(caller.client, keys.parkedId), bytes);
  if (reading.outcome === 'refused') log('warn', 'RLS-0009', { outcome: reading.refusals[0].code });
  return record(ports, entered, keys, answer, at, parked, reading.outcome === 'refused' ? 'deny' : 'permit', refusals);
}

export function parkedBlob(client: string, id: string): string {
  return `parked/${Buffer.from(client).toString('base64url')}/${id}`;
}

async function record(
  ports: Ports,
  { requester }: Entered,
  keys: Keys,
  answer: Uint8Array,
  at: Instant,
  documents: readonly DocumentWrite[],
  outcome: 'permit' | 'deny',
  refusals: readonly Refusal[],
): Promise<Result<Hl7Answer>> {
  const committed = await commitGroups(ports, {
    network: requester.network.id,
    at,
    groups: [],
    documents: [...documents, ...receiptsOf(keys, answer, at)],
  });
  if (!committed.ok) return committed;
  await writeTrace(
    ports,
    at,
    [{ requester, interaction: 'intake-hl7v2', outcome, rules: refusals.map(({ code }) => code), entities: [] }],
    () => undefined,
  );
  return accepted({ kind: 'ack', bytes: answer });
}

function receiptsOf(keys: Keys, answer: Uint8Array, at: Instant): readonly DocumentWrite[] {
  const ttlSeconds = Math.floor(epochMsOf(at) / 1000) + RECEIPT_TTL_SECONDS;
  const value = { ack: Buffer.from(answer).toString('base64'), hash: keys.hash };
  return [
    { key: keys.message, value, onlyNew: true, ttlSeconds },
    { key: keys.control, value: { hash: keys.hash }, ttlSeconds },
  ];
}

function ackBytes(
  ports: Ports,
  envelope: Envelope | undefined,
  refusals: readonly Refusal[],
  warnings: readonly Warning[],
  at: Instant,
): Uint8Array {
  const text = ack({ ...(envelope ? { envelope } : {}), refusals, warnings, at, controlId: ports.newOpaqueId().slice(0, 20) });
  return encodeAck(text, charsetOf(envelope));
}

function charsetOf(envelope: Envelope | undefined): Charset | undefined {
  return envelope?.charset;
}

const CONTROL_ID_REUSED: Warning = {
  code: 'control-id-reused',
  expression: 'MSH-10',
  diagnostics: 'The same MSH-10 was received before with other content; this message was processed as a new one.',
  remedy: 'Donnez à chaque message un identifiant MSH-10 qui lui est propre.',
};

const OUR_FAILURE: Refusal = {
  category: 'unavailable',
  code: 'our-failure',
  diagnostics: 'Relais could not process the message; nothing was written.',
  remedy: 'Le service est momentanément indisponible : renvoyez le même message.',
};
