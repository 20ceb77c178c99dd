import type { Consent, ConsentProvision } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { CATEGORIES, EXTENSION, SYSTEM } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import { etatOf, extensionsOf, isOpposition } from './elements.ts';
import type { Category, ConsentFact, ConsentState, Facts } from './facts.ts';
import { firstMomentOf, momentAfter } from './moments.ts';
import type { Author } from './traits.ts';

/** Consents of these scopes speak of something else than the sharing of data (FHIR consentscope). */
const OTHER_SCOPES: ReadonlySet<string> = new Set(['research', 'treatment', 'adr']);
/** A deny for these purposes closes the glass that is broken, nothing else. */
const EMERGENCY: ReadonlySet<string> = new Set(['BTG', 'ETREAT']);
const STATES: readonly ConsentState[] = ['informe', 'donne', 'limite', 'refuse', 'retire', 'expire'];

/** The fact that a Consent says (M14); none when it speaks of no sharing. */
export function consentFactsOf(
  facts: Facts,
  id: string,
  resource: RelaisResource | undefined,
  author: Author,
  at: Instant,
): readonly ConsentFact[] {
  if (resource?.resourceType !== 'Consent') return [];
  if ((resource.scope.coding ?? []).some(({ code }) => OTHER_SCOPES.has(code ?? ''))) return [];
  const known = facts.consents.find(({ source }) => source === id);
  const rules = rulesOf(resource);
  const kind = isOpposition(resource) || etatOf(resource) === 'opposition' ? 'opposition' : 'sharing';
  const state = kind === 'opposition' ? oppositionState(resource) : sharingState(resource, rules);
  const from = firstMomentOf(resource.provision?.period?.start);
  const until = momentAfter(resource.provision?.period?.end);
  const permittedActors = permittedBy(rules);
  return [
    {
      source: id,
      kind,
      state,
      at: momentOf(resource, state, known, at),
      ...(from ? { from } : {}),
      ...(until ? { until } : {}),
      informed: isInformation(resource),
      deniedCategories: CATEGORIES.filter((category) => deniesCategory(rules, category)),
      deniedActors: [...new Set(denials(rules).flatMap(actorsOf))],
      deniedResources: [...new Set(denials(rules).flatMap((rule) => (actorsOf(rule).length > 0 ? [] : resourcesOf(rule))))],
      ...(permittedActors ? { permittedActors } : {}),
      recordedBy: known?.recordedBy ?? author.reference,
    },
  ];
}

/** Nested rules, and what was written into the root with a scope of its own. */
function rulesOf({ provision }: Consent): readonly ConsentProvision[] {
  if (!provision) return [];
  const { provision: nested = [], period: _period, id: _id, extension: _extension, ...root } = provision;
  return isScoped(root) ? [{ ...root, type: root.type ?? 'deny' }, ...nested] : nested;
}

function isScoped({ actor, securityLabel, data, purpose, class: classes, code, action }: ConsentProvision): boolean {
  return [actor, securityLabel, data, purpose, classes, code, action].some((some) => (some ?? []).length > 0);
}

function oppositionState(consent: Consent): ConsentState {
  return consent.status === 'active' && etatOf(consent) !== 'retire' ? 'limite' : 'retire';
}

/** What the extension says, within what the status allows: a state never gives more than the status does. */
function sharingState(consent: Consent, rules: readonly ConsentProvision[]): ConsentState {
  const said = STATES.find((state) => state === etatOf(consent));
  switch (consent.status) {
    case 'active':
      return said === 'refuse' || said === 'retire' || said === 'expire' ? said : activeState(rules);
    case 'rejected':
      return 'refuse';
    case 'inactive':
      return said === 'expire' ? 'expire' : 'retire';
    case 'draft':
    case 'proposed':
    case 'entered-in-error':
      return 'informe';
  }
}

/** An active Consent that denies everything is a refusal. */
function activeState(rules: readonly ConsentProvision[]): ConsentState {
  const denied = denials(rules);
  if (rules.length > 0 && denied.length === rules.length && denied.some((rule) => !isScoped(rule))) return 'refuse';
  return denied.length > 0 ? 'limite' : 'donne';
}

/**
 * When the person acted: what the Consent says, never later than now (so that a withdrawal dated tomorrow holds today).
 * A bare day is read as its end, so that of two acts of a day the one written later counts; once read, it stays.
 */
function momentOf({ dateTime }: Consent, state: ConsentState, known: ConsentFact | undefined, at: Instant): Instant {
  const first = firstMomentOf(dateTime);
  const last = dateTime?.includes('T') ? first : momentAfter(dateTime);
  const acted = last !== undefined && last < at ? last : at;
  const isSameAct = known !== undefined && known.state === state && known.at <= acted && (first === undefined || known.at >= first);
  return isSameAct ? known.at : acted;
}

/** S0-11, L-05: who informed, how, version of the leaflet, understanding verified. */
function isInformation(consent: Consent): boolean {
  const said = extensionsOf(consent, EXTENSION.information).flatMap(({ extension }) => extension ?? []);
  const has = (part: string): boolean =>
    said.some(
      ({ url, id: _id, valueBoolean, ...value }) =>
        url === part && (valueBoolean === true || Object.values(value).some((one) => one !== undefined && one !== '')),
    );
  const isVerified = has('comprehensionVerifiee') || (consent.verification ?? []).some(({ verified }) => verified);
  return has('par') && has('moyen') && has('notice') && isVerified;
}

/** Denies that touch reads: one for emergencies alone does not. */
function denials(rules: readonly ConsentProvision[]): readonly ConsentProvision[] {
  return rules.filter(
    ({ type, purpose = [] }) => type === 'deny' && !(purpose.length > 0 && purpose.every(({ code }) => EMERGENCY.has(code ?? ''))),
  );
}

/** A deny that names neither actor nor document nor category of ours denies all categories: what cannot be read narrows, never widens. */
function deniesCategory(rules: readonly ConsentProvision[], category: Category): boolean {
  const byDeny = denials(rules)
    .filter((rule) => actorsOf(rule).length === 0 && resourcesOf(rule).length === 0)
    .some((rule) => categoriesOf(rule).length === 0 || categoriesOf(rule).includes(category));
  const permits = rules.filter(({ type }) => type === 'permit');
  const isUnnamed = permits.length > 0 && permits.every((rule) => categoriesOf(rule).length > 0 && !categoriesOf(rule).includes(category));
  return byDeny || isUnnamed;
}

/** Whom the permits name, when every one names somebody. */
function permittedBy(rules: readonly ConsentProvision[]): readonly Ref[] | undefined {
  const permits = rules.filter(({ type }) => type === 'permit');
  return permits.length > 0 && permits.every(({ actor }) => (actor ?? []).length > 0) ? [...new Set(permits.flatMap(actorsOf))] : undefined;
}

function actorsOf({ actor }: ConsentProvision): readonly Ref[] {
  return (actor ?? []).flatMap(({ reference: { reference } }) => reference ?? []);
}

function resourcesOf({ data }: ConsentProvision): readonly Ref[] {
  return (data ?? []).flatMap(({ reference: { reference } }) => reference ?? []);
}

function categoriesOf({ securityLabel }: ConsentProvision): readonly Category[] {
  return CATEGORIES.filter((category) =>
    (securityLabel ?? []).some(({ system, code }) => system === SYSTEM.categorie && code === category),
  );
}
