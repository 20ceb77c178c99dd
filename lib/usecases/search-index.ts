import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Search, Test, TokenWanted } from '../fhir/search/search.ts';
import type { Ref } from '../fhir/types.ts';
import { isOpenTask } from '../store/rows.ts';

/** Whether a search is left with something to look by: a patient, ids, an index, or, of the directory and of people, any criterion. */
export function isPlaced(search: Search): boolean {
  const { type, criteria, patient, ids } = search;
  if (patient !== undefined || ids !== undefined || indexOf(search).kind !== 'none') return true;
  if (type === 'Patient' || RESOURCE_TYPES[type].compartment === 'none') return criteria.length > 0;
  return criteria.some((criterion) => 'targets' in criterion && criterion.targets.some(({ type: target }) => target === 'Patient'));
}

type Index =
  | { readonly kind: 'identifier'; readonly wanted: readonly TokenWanted[] }
  | { readonly kind: 'owner'; readonly owners: readonly Ref[]; readonly openOnly: boolean }
  | { readonly kind: 'none' };

/** The index that can answer: all alternatives of one parameter must be found in it, else something would be missed. */
export function indexOf(search: Search): Index {
  for (const tests of alternatives(search, 'identifier')) {
    const wanted = tests.flatMap((test) => (test.kind === 'token' && test.wanted.system && test.wanted.code ? [test.wanted] : []));
    if (wanted.length === tests.length) return { kind: 'identifier', wanted };
  }
  if (search.type !== 'Task') return { kind: 'none' };
  for (const tests of alternatives(search, 'owner')) {
    const owners = tests.flatMap((test) =>
      test.kind === 'reference' && 'id' in test.wanted && test.wanted.type ? [`${test.wanted.type}/${test.wanted.id}`] : [],
    );
    if (owners.length === tests.length) {
      const statuses = alternatives(search, 'status').map((some) =>
        some.map((test) => (test.kind === 'token' ? test.wanted.code : undefined)),
      );
      const isOpen = (code: string | undefined): boolean => code !== undefined && isOpenTask(code);
      return { kind: 'owner', owners, openOnly: statuses.some((codes) => codes.every(isOpen)) };
    }
  }
  return { kind: 'none' };
}

/** Each positive criterion of that name, as its alternatives. */
function alternatives({ criteria }: Search, name: string): readonly (readonly Test[])[] {
  return criteria.flatMap((criterion) =>
    criterion.name === name && 'anyOf' in criterion && criterion.not !== true ? [criterion.anyOf] : [],
  );
}
