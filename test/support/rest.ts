import type { Bundle, BundleEntry, BundleEntryResponse, CarePlan, Goal } from '@medplum/fhirtypes';
import { SYSTEM } from '../../lib/fhir/vocabulary.ts';
import { rulesIn } from './coordination.ts';
import { type Answer, bundleIn } from './http.ts';
import type { TestService } from './service.ts';

/** System of the business identifiers that the REST stories give to their goals. */
export const GOALS = 'https://essai.example/objectif';

/** A goal that the coordinator may write. */
export function goal(subject: string, over: Partial<Goal> = {}): Goal {
  return {
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [{ coding: [{ system: SYSTEM.categorieObjectif, code: 'autonomie' }] }],
    description: { text: 'Faire ses courses seule' },
    subject: { reference: subject },
    ...over,
  };
}

/** The same with a business identifier, by which `numberedQuery` finds it. */
export function numbered(subject: string, value: string, over: Partial<Goal> = {}): Goal {
  return goal(subject, { identifier: [{ system: GOALS, value }], ...over });
}

export function numberedQuery(subject: string, value: string): string {
  return `patient=${subject}&identifier=${GOALS}|${value}`;
}

/** A draft PPS, which may point at goals. */
export function draftPlan(service: TestService, subject: string, goals: readonly string[], over: Partial<CarePlan> = {}): CarePlan {
  return {
    resourceType: 'CarePlan',
    status: 'draft',
    intent: 'plan',
    title: 'Brouillon',
    subject: { reference: subject },
    author: { reference: service.demo.roles.coordinator.reference },
    ...(goals.length > 0 ? { goal: goals.map((reference) => ({ reference })) } : {}),
    ...over,
  };
}

/** Id in the Location of what was written. */
export function idOf(answer: Answer): string {
  return /\/fhir\/\w+\/([^/]+)\/_history\/\d+$/.exec(answer.headers.get('location') ?? '')?.[1] ?? '';
}

/** Code of the first rule that a refusal names. */
export function ruleOf(answer: Answer): string | undefined {
  return rulesIn(answer)[0];
}

/** An entry as a client writes it: wrong ones too. */
export type SentEntry = { readonly fullUrl?: string; readonly resource?: object; readonly request?: object };

/** A POST of its type. */
export function posted<Body extends { readonly resourceType: string }>(
  resource: Body,
  over: { readonly fullUrl?: string; readonly ifNoneExist?: string } = {},
) {
  const { fullUrl, ifNoneExist } = over;
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource,
    request: { method: 'POST', url: resource.resourceType, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) },
  };
}

/** Sends Bundles of one role. */
export function bundleSender(service: TestService, type: 'transaction' | 'batch', role = 'coordinator') {
  return (entry: readonly SentEntry[], headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    service.fhir(role).post('', { resourceType: 'Bundle', type, ...(entry.length > 0 ? { entry } : {}) }, headers);
}

export function entriesIn(answer: Answer): readonly BundleEntry[] {
  return bundleIn(answer).entry ?? [];
}

export function responsesIn(answer: Answer): readonly BundleEntryResponse[] {
  return entriesIn(answer).flatMap(({ response }) => response ?? []);
}

/** Status numbers of the entries of a response. */
export function statusesIn(answer: Answer): readonly string[] {
  return responsesIn(answer).map(({ status }) => status.slice(0, 3));
}

/** `Type/id` of each entry of a response that says where it stands. */
export function refsIn(answer: Answer): readonly string[] {
  return responsesIn(answer).map(({ location = '' }) => location.replace(/\/_history.*$/, ''));
}

export function linkOf(bundle: Bundle, relation: string): string | undefined {
  return bundle.link?.find((link) => link.relation === relation)?.url;
}
