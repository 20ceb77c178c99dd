import type { Consent, ConsentProvision } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../../fhir/types.ts';
import { CATEGORIES, SYSTEM } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import { epochMsOf } from '../../platform/instant.ts';
import { etatOf, stateIn, withEtat } from '../etat.ts';
import { CONSENT_STATES } from './states.ts';

export function isConsent(resource: RelaisResource): resource is Consent {
  return resource.resourceType === 'Consent';
}

/** The nested rules of a consent. */
export function rules({ provision }: Consent): readonly ConsentProvision[] {
  return provision?.provision ?? [];
}

export function denies(consent: Consent): readonly ConsentProvision[] {
  return rules(consent).filter(({ type }) => type === 'deny');
}

/** Whether a rule says to whom, about what or of which kind it speaks. */
function isScoped({ actor, action, securityLabel, purpose, class: classes, code, dataPeriod, data }: ConsentProvision): boolean {
  return (
    [actor, action, securityLabel, purpose, classes, code, data].some((values) => (values ?? []).length > 0) || dataPeriod !== undefined
  );
}

/** An opposition denies actors or documents and permits nothing: it stands beside any accord (domain.md 0, row consent). */
export function isOpposition(consent: Consent): boolean {
  const nested = rules(consent);
  const names = nested.some(({ type, actor, data }) => type === 'deny' && [...(actor ?? []), ...(data ?? [])].length > 0);
  return names && nested.every(({ type }) => type === 'deny');
}

/** Denies everything to everybody: in R4 an active Consent may say so; here it is a refusal. */
export function deniesAll(consent: Consent): boolean {
  const nested = rules(consent);
  return nested.length > 0 && nested.every(({ type }) => type === 'deny') && nested.some((rule) => !isScoped(rule));
}

/**
 * Root provision = period only; what else a client wrote there becomes a nested rule (domain.md 0, row consent).
 * A bare root deny above nested permits is our policy rule anyway (deny unless permitted) and is dropped; a scope without
 * a type denies, because absence never grants.
 */
export function normalised(consent: Consent): Consent {
  const root = consent.provision;
  if (!root) return consent;
  const { period, provision = [], id: _id, extension, modifierExtension, ...rule } = root;
  const nested = provision.map((one) => (one.type === undefined ? { ...one, type: 'deny' as const } : one));
  const isDefault = rule.type === 'deny' && !isScoped(rule) && nested.some(({ type }) => type === 'permit');
  const says = rule.type !== undefined || isScoped(rule);
  const lifted: readonly ConsentProvision[] = says && !isDefault ? [{ ...rule, type: rule.type ?? 'deny' }] : [];
  const all = [...lifted, ...nested];
  return {
    ...consent,
    provision: {
      ...(extension ? { extension } : {}),
      ...(modifierExtension ? { modifierExtension } : {}),
      ...(period ? { period } : {}),
      ...(all.length > 0 ? { provision: all } : {}),
    },
  };
}

/** The state that an active consent has by its rules. */
export function stateByRules(consent: Consent): 'donne' | 'limite' | 'opposition' {
  if (isOpposition(consent)) return 'opposition';
  return denies(consent).length > 0 ? 'limite' : 'donne';
}

/** The state that a consent is in; an accord whose period has ended is expired, event or not (L-06). */
export function consentStateOf(consent: Consent, now: Instant): string {
  const state = etatOf(consent) ?? stateByStatus(consent);
  const end = consent.provision?.period?.end;
  const isOver = end !== undefined && epochMsOf(end.length === 10 ? `${end}T23:59:59Z` : end) < epochMsOf(now);
  return isOver && (state === 'donne' || state === 'limite') ? 'expire' : state;
}

function stateByStatus(consent: Consent): string {
  if (consent.status === 'active') return stateByRules(consent);
  return CONSENT_STATES.find(({ status }) => status === consent.status)?.code ?? 'entered-in-error';
}

export function withConsentState(consent: Consent, code: string): Consent {
  const state = CONSENT_STATES.find((row) => row.code === code);
  return state ? { ...withEtat(consent, stateIn(CONSENT_STATES, code)), status: state.status } : consent;
}

export function withRules(consent: Consent, nested: readonly ConsentProvision[]): Consent {
  const { provision: _former, ...root } = consent.provision ?? {};
  return { ...consent, provision: { ...root, ...(nested.length > 0 ? { provision: [...nested] } : {}) } };
}

/** What an event limits or opposes: a category, an actor, a document. */
export type Scope = { readonly categorie?: string; readonly acteur?: Ref; readonly document?: Ref };

const INFORMATION_RECIPIENT = { system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' } as const;

export function deny({ categorie, acteur, document }: Scope): ConsentProvision {
  return {
    type: 'deny',
    ...(categorie ? { securityLabel: [{ system: SYSTEM.categorie, code: categorie }] } : {}),
    ...(acteur ? { actor: [{ role: { coding: [INFORMATION_RECIPIENT] }, reference: { reference: acteur } }] } : {}),
    ...(document ? { data: [{ meaning: 'instance', reference: { reference: document } }] } : {}),
  };
}

/** Whether a deny speaks of that scope; an empty scope is spoken of by every one. */
export function speaksOf(rule: ConsentProvision, { categorie, acteur, document }: Scope): boolean {
  if (rule.type !== 'deny') return false;
  return (
    (categorie === undefined || rule.securityLabel?.some(({ code }) => code === categorie) === true) &&
    (acteur === undefined || rule.actor?.some(({ reference }) => reference.reference === acteur) === true) &&
    (document === undefined || rule.data?.some(({ reference }) => reference.reference === document) === true)
  );
}

export function isCategory(text: string | undefined): boolean {
  return CATEGORIES.some((category) => category === text);
}
