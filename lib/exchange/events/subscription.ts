import type { Subscription } from '@medplum/fhirtypes';
import type { Requester } from '../../access/requester.ts';
import { isResourceType } from '../../fhir/resource-types.ts';
import { matches } from '../../fhir/search/match.ts';
import { parseSearch } from '../../fhir/search/parse.ts';
import type { Search } from '../../fhir/search/search.ts';
import type { RelaisResource, ResourceType } from '../../fhir/types.ts';
import { accepted, type Refusal, type Result, refused } from '../../platform/refusal.ts';

/** Types whose writes are told, each with the one parameter that may narrow it (contracts.md 7). */
const TOPICS: Partial<Record<ResourceType, string>> = { DocumentReference: 'type', Encounter: 'status', CarePlan: 'status', Task: 'owner' };

/**
 * What a subscription listens to, parsed as a search; refused when it is none of the four criteria of contracts.md 7.
 * @param fhirBase own base without trailing slash
 */
export function criteriaOf(subscription: Subscription, fhirBase: string): Result<Search> {
  const [type = '', query = ''] = subscription.criteria.split('?');
  if (!isResourceType(type) || TOPICS[type] === undefined) return refused(unknownCriteria(type));
  const parsed = parseSearch(type, query, { handling: 'strict', baseUrl: fhirBase });
  if (!parsed.ok) return parsed;
  const other = parsed.value.criteria.find(({ name }) => name !== TOPICS[type]);
  return other || parsed.value.criteria.length !== 1 || parsed.value.includes.length > 0 ? refused(unknownCriteria(type)) : parsed;
}

/** Whether a resource, as the subscriber would see it, is what he listens to. */
export function concerns(search: Search, view: RelaisResource): boolean {
  return view.resourceType === search.type && matches(view, search);
}

/**
 * The subscription as it is kept: rest-hook, no payload, active at once (effective with the write). A Task criterion
 * must name the subscriber himself; the endpoint must be https, or on this machine under the local profile.
 */
export function admitted(
  subscription: Subscription,
  requester: Requester,
  fhirBase: string,
  loopbackAllowed: boolean,
): Result<Subscription> {
  const criteria = criteriaOf(subscription, fhirBase);
  if (!criteria.ok) return criteria;
  const { channel } = subscription;
  if (channel.type !== 'rest-hook')
    return refused(badChannel('Subscription.channel.type', 'Only rest-hook is served.', 'Choisissez le canal « rest-hook ».'));
  if (channel.payload)
    return refused(
      badChannel(
        'Subscription.channel.payload',
        'Notifications carry no content (A-67).',
        'Retirez « payload » : la notification est vide, le logiciel vient lire.',
      ),
    );
  if (!isAllowedEndpoint(channel.endpoint ?? '', loopbackAllowed)) {
    return refused(
      badChannel(
        'Subscription.channel.endpoint',
        'The endpoint must be an https URL on a public host.',
        'Donnez une adresse https publique.',
      ),
    );
  }
  if (
    criteria.value.type === 'Task' &&
    !criteria.value.criteria.some(
      (one) =>
        'anyOf' in one &&
        one.anyOf.every(
          (test) => test.kind === 'reference' && 'id' in test.wanted && `${test.wanted.type}/${test.wanted.id}` === requester.reference,
        ),
    )
  ) {
    return refused({
      ...unknownCriteria('Task'),
      diagnostics: 'A Task subscription must name the subscriber as owner.',
      remedy: `Écrivez Task?owner=${requester.reference}.`,
    });
  }
  return accepted({ ...subscription, status: 'active' });
}

/** @param loopbackAllowed the local profile: receivers on this machine */
export function isAllowedEndpoint(endpoint: string, loopbackAllowed: boolean): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, username, password } = new URL(endpoint);
  if (username || password) return false;
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  if (loopback) return loopbackAllowed && /^https?:$/.test(protocol);
  return protocol === 'https:' && hostname.includes('.') && !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[');
}

function unknownCriteria(type: string): Refusal {
  return {
    category: 'unprocessable',
    code: 'subscription-criteria',
    expression: 'Subscription.criteria',
    diagnostics: `Criteria on ${type || '(nothing)'} are not served.`,
    remedy: 'Critères servis : DocumentReference?type=…, Encounter?status=…, CarePlan?status=…, Task?owner=<vous-même>.',
  };
}

function badChannel(expression: string, diagnostics: string, remedy: string): Refusal {
  return { category: 'unprocessable', code: 'subscription-channel', expression, diagnostics, remedy };
}
