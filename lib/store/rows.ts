import type { Identifier } from '@medplum/fhirtypes';
import type { RelaisResource } from '../fhir/types.ts';
import { isIns } from '../identity/ins.ts';
import type { Instant } from '../platform/instant.ts';
import { KEY, type Key, type Locator } from './table.ts';

/** A row that follows from a resource: keys only, re-read and decided at every hit. */
export type DerivedRow = {
  readonly key: Key;
  /** A guard makes its key unique: a second resource that claims it is refused. */
  readonly guard: boolean;
  readonly target: Locator;
};

export type Hash = (...parts: readonly string[]) => string;

const CLOSED_TASKS: ReadonlySet<string> = new Set(['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error']);

/**
 * Every row that a current version carries: look-ups of its business identifiers, guards of those that must be unique,
 * worklist, directory, timers.
 * @param timer when somebody must look at it again (coordination's rule, an argument because store ranks below it)
 */
export function rowsOf(
  resource: RelaisResource,
  target: Locator,
  network: string,
  hash: Hash,
  timer: Instant | undefined,
): readonly DerivedRow[] {
  const rows: DerivedRow[] = [];
  for (const { system = '', value = '' } of identifiersOf(resource)) {
    if (value !== '')
      rows.push({ key: KEY.lookUp(hash(network, target.type, system, value), target.type, target.id), guard: false, target });
  }
  for (const { system = '', value = '' } of guardedIdentifiersOf(resource)) {
    rows.push({ key: KEY.guard(hash(network, target.type, system, value)), guard: true, target });
  }
  if (resource.resourceType === 'Task' && resource.owner?.reference) {
    rows.push({ key: KEY.worklist(network, resource.owner.reference, isOpenTask(resource.status), target.id), guard: false, target });
  }
  if (target.patient === undefined) rows.push({ key: KEY.directory(network, target.type, target.id), guard: false, target });
  if (timer) rows.push({ key: KEY.timer(network, timer, target.type, target.id), guard: false, target });
  return rows;
}

/**
 * A row that shows nothing by itself: each hit of a look-up is read again, decided and matched against what was asked. It may
 * stand before its resource, or without it. The directory's are excepted: an intake takes them at their word (addressees).
 */
export function isHint({ key, guard, target }: DerivedRow): boolean {
  return !guard && target.patient !== undefined && key.pk.startsWith('L#');
}

/** Open tasks stand apart in a worklist: a coordinator's closed ones grow for ever. */
export function isOpenTask(status: string): boolean {
  return !CLOSED_TASKS.has(status);
}

/** Identifiers by which a resource is looked up across patients. */
function identifiersOf(resource: RelaisResource): readonly Identifier[] {
  if (resource.resourceType === 'DocumentReference') {
    const seen = new Set<string>();
    return [resource.masterIdentifier, ...(resource.identifier ?? [])].filter((identifier): identifier is Identifier => {
      const text = `${identifier?.system}|${identifier?.value}`;
      return identifier !== undefined && !seen.has(text) && seen.add(text).size > 0;
    });
  }
  if (!('identifier' in resource) || resource.identifier === undefined) return [];
  return Array.isArray(resource.identifier) ? resource.identifier : [resource.identifier];
}

/** INS, IPP and a document's uniqueId: the only identifiers that must be unique in a network. */
function guardedIdentifiersOf(resource: RelaisResource): readonly Identifier[] {
  if (resource.resourceType === 'Patient')
    return (resource.identifier ?? []).filter((identifier) => isIns(identifier) || isIpp(identifier));
  if (resource.resourceType === 'DocumentReference') return resource.masterIdentifier?.value ? [resource.masterIdentifier] : [];
  return [];
}

function isIpp({ type, use, value, system }: Identifier): boolean {
  return value !== undefined && system !== undefined && use !== 'old' && type?.coding?.some(({ code }) => code === 'PI') === true;
}
