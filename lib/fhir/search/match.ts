import type { Resource } from '@medplum/fhirtypes';
import { isResourceType } from '../resource-types.ts';
import type { RelaisResource, ResourceType } from '../types.ts';
import { isAmong } from './code-set.ts';
import { compareRange } from './date-range.ts';
import { hasWords } from './full-text.ts';
import { type Lookup, NOWHERE } from './lookup.ts';
import { compareNumber } from './number-range.ts';
import type { SearchParameter, SearchValue } from './parameter.ts';
import type { Criterion, ReferenceWanted, Search, Test, TokenWanted } from './search.ts';
import { parameterOf } from './table.ts';
import {
  folded,
  identifierOf,
  phoneOf,
  quantityOf,
  rangesOf,
  stringsOf,
  type Token,
  targetOf,
  tokensOf,
  tokenTextsOf,
  typedIdentifierOf,
} from './values.ts';

/**
 * Whether a resource, as this requester sees it, answers the search: every criterion holds by one of its values
 * (R4 search.html 3.1.1.3 and 3.1.1.4). Give it the redacted view: what is hidden must not influence a match (peers.md T18).
 * A patient asked for by `patient.identifier` is not looked at here (see `Search.patient`).
 */
export function matches(resource: RelaisResource, search: Search): boolean {
  return matcher(search)(resource);
}

/**
 * The same for many resources, with what their references lead to: chains and `_has` (R4 search.html 3.1.1.4.15, 3.1.1.4.16).
 * What a resource at the other end is found to be is kept, so that all that point at one person ask once.
 *
 * @param lookup visible resources only; without it no chain holds
 */
export function matcher(search: Search, lookup: Lookup = NOWHERE): (resource: RelaisResource) => boolean {
  const known = new Map<Criterion, Map<RelaisResource, boolean>>();
  const meets = (resource: RelaisResource, criterion: Criterion): boolean => {
    const verdicts = known.get(criterion) ?? new Map<RelaisResource, boolean>();
    known.set(criterion, verdicts);
    const verdict = verdicts.get(resource) ?? holds(resource, criterion, lookup, meets);
    verdicts.set(resource, verdict);
    return verdict;
  };
  return (resource) => resource.resourceType === search.type && search.criteria.every((criterion) => meets(resource, criterion));
}

function holds(
  resource: RelaisResource,
  criterion: Criterion,
  lookup: Lookup,
  meets: (resource: RelaisResource, criterion: Criterion) => boolean,
): boolean {
  if ('referrers' in criterion) {
    const { type, criterion: wanted } = criterion.referrers;
    return lookup.referrers(resource, type, criterion.name).some((referrer) => meets(referrer, wanted));
  }
  const parameter = parameterOf(resource.resourceType, criterion.name);
  if (!parameter) return false;
  const values = parameter.extract(resource);
  if ('missing' in criterion) return (values.length === 0) === criterion.missing;
  if ('targets' in criterion) {
    return values.some((value) =>
      criterion.targets.some(({ type, criterion: wanted }) => {
        const target = containedIn(resource, value, type) ?? lookup.target(value, [type]);
        return target !== undefined && meets(target, wanted);
      }),
    );
  }
  const found = criterion.anyOf.some((test) => values.some((value) => passes(value, test, parameter)));
  return found !== (criterion.not ?? false);
}

/** A chain goes into what the resource carries itself (`#id`): authors of documents often stand there. */
function containedIn(container: RelaisResource, value: SearchValue, type: ResourceType): RelaisResource | undefined {
  const target = targetOf(value);
  if (!target?.startsWith('#') || !('contained' in container)) return undefined;
  return container.contained?.filter(isOurs).find(({ resourceType, id }) => resourceType === type && `#${id}` === target);
}

function isOurs(resource: Resource): resource is RelaisResource {
  return isResourceType(resource.resourceType);
}

function passes(found: SearchValue, test: Test, parameter: Pick<SearchParameter, 'components'>): boolean {
  switch (test.kind) {
    case 'string':
      return stringsOf(found).some((text) => stringPasses(text, test.how, test.value));
    case 'words':
      return hasWords(found, test.words);
    case 'token':
      return tokensOf(found).some((token) => tokenPasses(token, found.datatype, test.wanted));
    case 'token-text':
      return tokenTextsOf(found).some((text) => stringPasses(text, 'starts', test.value));
    case 'token-among':
      return tokensOf(found).some((token) => isAmong(token, found.datatype, test.codes));
    case 'of-type': {
      const identifier = typedIdentifierOf(found);
      const wanted = { system: test.system, code: test.code };
      return identifier?.value === test.value && identifier.types.some((token) => tokenPasses(token, 'Coding', wanted));
    }
    case 'reference':
      return referencePasses(targetOf(found), test.wanted);
    case 'reference-identifier':
      return identifierOf(found).some((token) => tokenPasses(token, 'Identifier', test.wanted));
    case 'uri':
      return uriPasses(targetOf(found), test.how, test.value);
    case 'date':
      return rangesOf(found).some((range) => compareRange(test.prefix, test.range, range));
    case 'number':
    case 'quantity': {
      const quantity = quantityOf(found);
      if (!quantity || !compareNumber(test.wanted, quantity)) return false;
      if (test.kind === 'number' || test.unit === undefined) return true;
      const { system, unit } = test;
      return quantity.units.some((token) => token.code === unit && (system === undefined || token.system === system));
    }
    case 'composite':
      return test.parts.every((part, index) => {
        const component = parameter.components?.[index];
        return component?.extract(found.value).some((value) => passes(value, part, {})) ?? false;
      });
  }
}

function stringPasses(text: string, how: 'starts' | 'exact' | 'contains', value: string): boolean {
  // Unicode knows two ways to write an accented letter: they are the same letter.
  if (how === 'exact') return text.normalize('NFC') === value.normalize('NFC');
  const wanted = folded(value);
  // Nothing but punctuation was asked: that finds nobody, rather than everybody.
  if (wanted === '') return false;
  return how === 'starts' ? folded(text).startsWith(wanted) : folded(text).includes(wanted);
}

function tokenPasses({ system, code, isExact }: Token, datatype: string, wanted: TokenWanted): boolean {
  if (wanted.system !== undefined && wanted.system !== (system ?? '')) return false;
  if (wanted.code === undefined) return true;
  const asked = datatype === 'ContactPoint' ? phoneOf(wanted.code) : wanted.code;
  return isExact ? code === asked : code.toLowerCase() === asked.toLowerCase();
}

function referencePasses(target: string | undefined, wanted: ReferenceWanted): boolean {
  if (target === undefined) return false;
  if ('url' in wanted) return canonicalPasses(target, wanted.url);
  const { base, type, id } = wanted;
  const local = target.startsWith(`${base}/`) ? target.slice(base.length + 1) : target;
  const [targetType, targetId, ...rest] = local.split('/');
  return rest.length === 0 && targetId === id && (type === undefined || type === targetType);
}

function uriPasses(uri: string | undefined, how: 'exact' | 'below' | 'above', value: string): boolean {
  if (uri === undefined) return false;
  if (how === 'below') return isUnder(uri, value);
  return how === 'above' ? isUnder(value, uri) : canonicalPasses(uri, value);
}

/** By whole segments: `…/relais-test` is not under `…/relais`; in a URN, an OID goes on after a dot. */
function isUnder(uri: string, base: string): boolean {
  if (uri === base) return true;
  const separators = base.startsWith('urn:') ? ':.' : '/';
  return uri.startsWith(base) && (separators.includes(base.slice(-1)) || separators.includes(uri.charAt(base.length)));
}

/** A canonical asked for without version finds every version of it. */
function canonicalPasses(found: string, asked: string): boolean {
  return found === asked || found.split('|')[0] === asked;
}
