import type { RelaisResource } from '../types.ts';
import { compareRange } from './date-range.ts';
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
  return resource.resourceType === search.type && search.criteria.every((criterion) => holds(resource, search, criterion));
}

function holds(resource: RelaisResource, { type }: Search, criterion: Criterion): boolean {
  const parameter = parameterOf(type, criterion.name);
  if (!parameter) return false;
  const values = parameter.extract(resource);
  if ('missing' in criterion) return (values.length === 0) === criterion.missing;
  const found = criterion.anyOf.some((test) => values.some((value) => passes(value, test, parameter)));
  return found !== (criterion.not ?? false);
}

function passes(found: SearchValue, test: Test, parameter: Pick<SearchParameter, 'components'>): boolean {
  switch (test.kind) {
    case 'string':
      return stringsOf(found).some((text) => stringPasses(text, test.how, test.value));
    case 'token':
      return tokensOf(found).some((token) => tokenPasses(token, found.datatype, test.wanted));
    case 'token-text':
      return tokenTextsOf(found).some((text) => stringPasses(text, 'starts', test.value));
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
  if (how === 'exact') return text === value;
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
  if (how === 'below') return uri.startsWith(value);
  return how === 'above' ? value === uri || value.startsWith(uri.replace(/\/?$/, '/')) : canonicalPasses(uri, value);
}

/** A canonical asked for without version finds every version of it. */
function canonicalPasses(found: string, asked: string): boolean {
  return found === asked || found.split('|')[0] === asked;
}
