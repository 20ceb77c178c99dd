import type { Consent } from '@medplum/fhirtypes';
import type { Ref } from '../../fhir/types.ts';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { parisDay, startOfParisDay } from '../../platform/instant.ts';
import { addMonths } from '../calendar.ts';
import type { Definition, Step, Transition } from '../machine.ts';
import { closeReferrals } from '../referral/pair.ts';
import { speaksFor } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { sameContent } from '../same.ts';
import type { Effects } from '../types.ts';
import { createConsent } from './create.ts';
import { informationIsComplete, informed, limitIsSaid, opposedIsNamed, scopeIsWellFormed, scopeOf } from './guards.ts';
import {
  consentStateOf,
  denies,
  deny,
  isConsent,
  isOpposition,
  normalised,
  rules,
  speaksOf,
  stateByRules,
  withConsentState,
  withRules,
} from './provision.ts';
import { CONSENT_STATES } from './states.ts';

type Act = Step<Consent>;

const LIVING = ['donne', 'limite'];
const SHARING = ['informe', ...LIVING, 'refuse', 'retire', 'expire'];

/** The consent as this act of the person leaves it: the date of the latest act decides between two of them. */
function acted(consent: Consent, { request }: Act, state: string): Consent {
  return { ...withConsentState(consent, state), dateTime: request.at };
}

function alone(carrier: Consent): Effects {
  return { writes: [carrier], carrier };
}

function give(step: Act): Effects {
  const consent = normalised(informed(step));
  const permits = rules(consent).some(({ type }) => type === 'permit');
  const carrier = permits ? consent : withRules(consent, [{ type: 'permit' }, ...rules(consent)]);
  return alone(acted(carrier, step, denies(carrier).length > 0 ? 'limite' : 'donne'));
}

/** A withdrawn consent stays withdrawn: the new accord is a new act (domain.md 2, M14). */
function giveAgain(step: Act): Effects {
  const { carrier, situation } = step;
  const { identifier: _identifier, meta: _meta, text: _text, ...copy } = withPeriodFrom(carrier, step);
  return give({ ...step, carrier: { ...copy, id: situation.newId() } });
}

function withPeriodFrom(consent: Consent, { request, situation }: Act): Consent {
  const end = startOfParisDay(addMonths(parisDay(request.at), rulesOf(situation).consentementMonths));
  return { ...consent, provision: { ...consent.provision, period: { start: request.at, end } } };
}

function limit(step: Act): Effects {
  const consent = normalised(informed(step));
  const scope = scopeOf(step.request);
  const known = Object.keys(scope).length === 0 || rules(consent).some((rule) => speaksOf(rule, scope));
  const permits = rules(consent).some(({ type }) => type === 'permit') ? [] : [{ type: 'permit' as const }];
  const carrier = withRules(consent, [...permits, ...rules(consent), ...(known ? [] : [deny(scope)])]);
  return alone(acted(carrier, step, 'limite'));
}

function widen(step: Act): Effects {
  const consent = normalised(step.carrier);
  const carrier = withRules(
    consent,
    rules(consent).filter((rule) => !speaksOf(rule, scopeOf(step.request))),
  );
  return alone(acted(carrier, step, denies(carrier).length > 0 ? 'limite' : 'donne'));
}

/** Effective at once; every open request of the person is closed with it (domain.md 2, M1 and M14). */
function withdraw(step: Act): Effects {
  const carrier = acted(step.carrier, step, 'retire');
  return { writes: [carrier, ...closeReferrals(step.situation, 'retrait', step.request.at)], carrier };
}

/** An opposition is a Consent of its own beside the accord, which it does not change (domain.md 2, M14). */
function oppose(step: Act): Effects {
  const { carrier, request, situation } = step;
  const { scope, category, patient, policy, policyRule, organization, performer } = carrier;
  const opposition: Consent = {
    resourceType: 'Consent',
    id: situation.newId(),
    status: 'active',
    scope,
    category,
    ...(patient ? { patient } : {}),
    ...(performer ? { performer } : {}),
    ...(organization ? { organization } : {}),
    ...(policy ? { policy } : {}),
    ...(policyRule ? { policyRule } : {}),
    provision: { period: { start: request.at }, provision: [deny(scopeOf(request))] },
  };
  return { writes: [acted(opposition, step, 'opposition')], carrier };
}

/** Domain.md 2, M14: a representative's act never lifts the person's own opposition; nor does the one it names. */
const mayLift = ({ carrier, situation: { by } }: Act): boolean =>
  by.role !== 'representative' && !opposedActors(carrier).some((actor) => speaksFor(by, actor));

function opposedActors(consent: Consent): readonly Ref[] {
  return denies(consent)
    .flatMap(({ actor }) => actor ?? [])
    .flatMap(({ reference: { reference } }) => (reference ? [reference] : []));
}

function renew(step: Act): Effects {
  const consent = withPeriodFrom(informed(step), step);
  return alone(acted(consent, step, denies(consent).length > 0 ? 'limite' : 'donne'));
}

const inform = (step: Act): Effects => alone(acted(informed(step), step, 'informe'));

/** M14, events (contracts.md 4; domain.md 2). */
const TRANSITIONS: readonly Transition<Consent>[] = [
  { event: 'informer', from: ['informe'], next: 'informe', effect: inform },
  { event: 'donner', from: ['informe', 'refuse'], next: 'donne', guards: [informationIsComplete], effect: give },
  {
    event: 'donner',
    from: ['retire'],
    next: 'donne',
    guards: [informationIsComplete],
    effect: giveAgain,
    when: ({ carrier }) => !isOpposition(carrier),
  },
  {
    event: 'limiter',
    from: ['informe', ...LIVING],
    next: 'limite',
    parameters: [scopeIsWellFormed, limitIsSaid],
    guards: [informationIsComplete],
    effect: limit,
  },
  { event: 'elargir', from: ['limite'], next: 'donne', parameters: [scopeIsWellFormed], effect: widen },
  { event: 'refuser', from: ['informe'], next: 'refuse', effect: (step) => alone(acted(step.carrier, step, 'refuse')) },
  // No guard, no reason: a withdrawal can never be refused for form.
  { event: 'retirer', from: LIVING, next: 'retire', effect: withdraw },
  {
    event: 's-opposer',
    from: SHARING,
    next: 'opposition',
    when: ({ carrier }) => !isOpposition(carrier),
    parameters: [scopeIsWellFormed, opposedIsNamed],
    effect: oppose,
  },
  {
    event: 'lever-opposition',
    from: ['opposition'],
    next: 'retire',
    sender: mayLift,
    effect: (step) => alone(acted(step.carrier, step, 'retire')),
  },
  { event: 'renouveler', from: ['expire'], next: 'donne', guards: [informationIsComplete], effect: renew },
];

/** M14, consent to share; an opposition is a carrier too, of one event. */
export const CONSENT: Definition<Consent> = {
  id: 'M14',
  is: isConsent,
  states: CONSENT_STATES,
  stateOf: consentStateOf,
  withState: withConsentState,
  transitions: TRANSITIONS,
  created: createConsent,
  update: {
    stateElements: ['status', 'dateTime', 'verification'],
    stateExtensions: [EXTENSION.etat, EXTENSION.information],
    editable: ['informe'],
    requestOf: () => ({ parameters: {} }),
    targetOf: (before, after, now) => {
      if (after.status === 'active') {
        const meant = stateByRules(normalised(after));
        return meant === consentStateOf(before, now) ? undefined : meant;
      }
      if (after.status === before.status) return undefined;
      return after.status === 'inactive' ? 'retire' : stateOfStatus(after.status);
    },
    edit: ({ before, after, situation }) =>
      consentStateOf(before, situation.now) === 'limite' && sameContent(before, after, ['provision', 'dateTime'], [EXTENSION.etat])
        ? []
        : undefined,
    edited: (after) => {
      const carrier = normalised(after);
      return { ok: true, value: { writes: [carrier], carrier } };
    },
  },
};

function stateOfStatus(status: Consent['status']): string {
  return CONSENT_STATES.find((state) => state.status === status)?.code ?? status;
}
