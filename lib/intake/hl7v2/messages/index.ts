import type { Intake } from '../../intake.ts';
import type { Message } from '../er7.ts';
import { type Hl7Refusal, type Hl7Result, type Hl7Warning, refusedBecause } from '../hl7-refusal.ts';
import type { Hl7Context } from '../reading.ts';
import { adtToIntake } from './adt.ts';
import { adtEvent } from './adt-events.ts';
import { changeToIntake } from './adt-identity.ts';

/** What became of a message whose envelope is right. */
export type Handled = { readonly ignored: Hl7Warning } | { readonly result: Hl7Result<Intake> };

/** One row a message type (MSH-9.1): how its trigger events are handled. */
const MESSAGE_TYPES: Readonly<Record<string, (message: Message, trigger: string, context: Hl7Context) => Handled>> = { ADT: handleAdt };

/** Other roads for what this one does not serve. */
const REMEDIES: Readonly<Record<string, string>> = {
  MDM: 'Ce type de message n’est pas servi : envoyez le document CDA seul à POST /intake/cda.',
  ORU: 'Ce type de message n’est pas servi : envoyez le document CDA seul à POST /intake/cda.',
};

/** Hands a message to the row of its type; a type without a row is AR 200. */
export function handleMessage(message: Message, type: string, trigger: string, context: Hl7Context): Handled {
  const handle = Object.hasOwn(MESSAGE_TYPES, type) ? MESSAGE_TYPES[type] : undefined;
  return handle === undefined ? { result: refusedBecause(typeUnserved(type)) } : handle(message, trigger, context);
}

function handleAdt(message: Message, trigger: string, context: Hl7Context): Handled {
  const event = adtEvent(trigger);
  if (event === undefined) return { result: refusedBecause(EVENT_UNKNOWN) };
  if (event.handling === 'unserved') return { result: refusedBecause(EVENT_UNSERVED) };
  if (event.handling === 'ignored') return { ignored: IGNORED[event.because] };
  if (event.handling === 'changes') return { result: changeToIntake(message, event.change, context) };
  return { result: adtToIntake(message, trigger, event, context) };
}

function typeUnserved(type: string): Hl7Refusal {
  return {
    category: 'unprocessable',
    code: 'message-type-unserved',
    ack: 'AR',
    err: '200',
    expression: 'MSH-9.1',
    location: 'MSH^1^9^1^1',
    diagnostics: 'This message type is not served; ADT is.',
    remedy:
      (Object.hasOwn(REMEDIES, type) ? REMEDIES[type] : undefined) ??
      'Ce type de message n’est pas servi : envoyez les mouvements en ADT (PAM France).',
  };
}

const EVENT = { category: 'unprocessable', ack: 'AR', err: '201', expression: 'MSH-9.2', location: 'MSH^1^9^1^2' } as const;

const EVENT_UNKNOWN: Hl7Refusal = {
  ...EVENT,
  code: 'event-unknown',
  diagnostics: 'HL7 defines no such trigger event of ADT.',
  remedy: 'Employez un événement de PAM France en MSH-9.2.',
};

const EVENT_UNSERVED: Hl7Refusal = {
  ...EVENT,
  code: 'event-unserved',
  diagnostics: 'Merges and moves of accounts (A40, A44) are not served.',
  remedy: 'Cet événement n’est pas servi : signalez la fusion au coordinateur du réseau.',
};

const IGNORED: Readonly<Record<'left-out-by-pam-france' | 'changes-nothing-here', Hl7Warning>> = {
  'left-out-by-pam-france': {
    code: 'event-ignored',
    err: '201',
    expression: 'MSH-9.2',
    location: 'MSH^1^9^1^2',
    diagnostics: 'PAM France leaves this event out: the message was kept and changed nothing.',
    remedy: 'Employez l’événement que PAM France prévoit (A31 pour l’identité, Z99 pour un mouvement).',
  },
  'changes-nothing-here': {
    code: 'event-without-effect',
    err: '201',
    expression: 'MSH-9.2',
    location: 'MSH^1^9^1^2',
    diagnostics: 'A pending transfer changes nothing that the network follows: the message was kept and changed nothing.',
    remedy: 'Aucune action n’est attendue.',
  },
};
