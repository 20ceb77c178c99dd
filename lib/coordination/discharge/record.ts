import type { Encounter, Extension, Identifier } from '@medplum/fhirtypes';
import { EXTENSION, SYSTEM } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import type { Warning } from '../../platform/refusal.ts';
import { type HospitalMovement, STAY_KINDS, type StayKind, type Told } from './movement.ts';

/**
 * Where a movement leads: a discharge to town (home, EHPAD, HAD…), a transfer to another establishment, a mere internal
 * move said as a discharge (ZFM-2 = 6), or death (interop.md 7.5).
 */
export type Outcome = 'ville' | 'transfert' | 'mutation' | 'deces';
const OUTCOMES = ['ville', 'transfert', 'mutation', 'deces'] as const satisfies readonly Outcome[];

/** A movement as the stay remembers it. */
export type Recorded = {
  readonly id?: Identifier;
  readonly kind: StayKind;
  readonly at: Instant;
  readonly outcome: Outcome;
  readonly cancelled: boolean;
  /** Last said by a correction: an insertion that arrives after it is older news. */
  readonly corrected: boolean;
  /** Cancelled before it was heard of. */
  readonly unheard: boolean;
};

/** Mode de sortie PMSI (ZFM-2) that is no discharge to town. */
const OUTCOME_OF_MODE: Readonly<Record<string, Outcome>> = { '6': 'mutation', '7': 'transfert', '0': 'transfert', '9': 'deces' };

export function recordOf({ extension = [] }: Encounter): readonly Recorded[] {
  return extension.filter(({ url }) => url === EXTENSION.mouvement).flatMap((one) => fromExtension(one) ?? []);
}

function fromExtension({ extension: parts = [] }: Extension): Recorded | undefined {
  const part = (url: string): Extension | undefined => parts.find((one) => one.url === url);
  const kind = STAY_KINDS.find((one) => one === part('nature')?.valueCode);
  const at = part('le')?.valueInstant;
  if (!kind || at === undefined) return undefined;
  const id = part('id')?.valueIdentifier;
  return {
    ...(id ? { id } : {}),
    kind,
    at,
    outcome: OUTCOMES.find((one) => one === part('issue')?.valueCode) ?? 'ville',
    cancelled: part('annule')?.valueBoolean === true,
    corrected: part('corrige')?.valueBoolean === true,
    unheard: part('jamais-recu')?.valueBoolean === true,
  };
}

export function toExtension({ id, kind, at, outcome, cancelled, corrected, unheard }: Recorded): Extension {
  return {
    url: EXTENSION.mouvement,
    extension: [
      ...(id ? [{ url: 'id', valueIdentifier: id }] : []),
      { url: 'nature', valueCode: kind },
      { url: 'le', valueInstant: at },
      ...(outcome === 'ville' ? [] : [{ url: 'issue', valueCode: outcome }]),
      ...(cancelled ? [{ url: 'annule', valueBoolean: true }] : []),
      ...(corrected ? [{ url: 'corrige', valueBoolean: true }] : []),
      ...(unheard ? [{ url: 'jamais-recu', valueBoolean: true }] : []),
    ],
  };
}

export type Noted = { readonly moves: readonly Recorded[]; readonly warnings: readonly Warning[] };

/**
 * The record with one more message in it. A movement is known by its ZBE-1 and its kind (senders reuse numbers across
 * kinds, traps 7 and 8), so that a second INSERT is its update, and a cancel undoes its own movement only, whatever
 * arrived in between (domain.md 2, M6; interop.md 7.3).
 */
export function note(moves: readonly Recorded[], movement: HospitalMovement, { action, kind }: Told): Noted {
  const known =
    moves.find((one) => one.kind === kind && isSame(one, movement)) ?? (action === 'insert' ? undefined : latest(moves, movement, kind));
  const replaced = (next: Recorded): readonly Recorded[] => moves.map((one) => (one === known ? next : one));
  switch (action) {
    case 'insert': {
      const fresh = recorded(movement, kind);
      if (!known) return { moves: [...moves, fresh], warnings: [] };
      if (known.cancelled && (known.unheard || known.at === fresh.at)) return { moves, warnings: [CANCELLED_BEFORE] };
      return { moves: known.corrected && !known.cancelled ? moves : replaced(fresh), warnings: [] };
    }
    case 'cancel': {
      if (known) return { moves: replaced({ ...known, cancelled: true }), warnings: [] };
      const heardOfLater: Recorded = { ...recorded(movement, kind), cancelled: true, unheard: true };
      return { moves: movement.movementId ? [...moves, heardOfLater] : moves, warnings: [CANCEL_OF_UNKNOWN] };
    }
    case 'correct': {
      const said = recorded(movement, kind);
      if (!known) return { moves: [...moves, { ...said, corrected: true }], warnings: [CORRECTION_OF_UNKNOWN] };
      const outcome = tellsOutcome(movement) ? said.outcome : known.outcome;
      return { moves: replaced({ ...known, at: said.at, outcome, corrected: true }), warnings: [] };
    }
  }
}

function isSame({ id, at }: Recorded, movement: HospitalMovement): boolean {
  const other = movement.movementId;
  if (id === undefined || other === undefined) return id === undefined && other === undefined && at === movement.at;
  return id.system === other.system && id.value === other.value;
}

/** Without a number, the newest live one of the kind is meant; with a number, only one that had none. */
function latest(moves: readonly Recorded[], { movementId }: HospitalMovement, kind: StayKind): Recorded | undefined {
  return moves
    .filter((one) => one.kind === kind && !one.cancelled && (movementId === undefined || one.id === undefined))
    .toSorted((one, other) => (one.at < other.at ? 1 : -1))[0];
}

function recorded(movement: HospitalMovement, kind: StayKind): Recorded {
  const { movementId, at } = movement;
  return {
    ...(movementId ? { id: movementId } : {}),
    kind,
    at,
    outcome: outcomeOf(movement),
    cancelled: false,
    corrected: false,
    unheard: false,
  };
}

function outcomeOf(movement: HospitalMovement): Outcome {
  return movement.death === true ? 'deces' : (OUTCOME_OF_MODE[modeOf(movement) ?? ''] ?? 'ville');
}

function tellsOutcome(movement: HospitalMovement): boolean {
  return movement.death === true || modeOf(movement) !== undefined;
}

function modeOf({ encounter }: HospitalMovement): string | undefined {
  return encounter.hospitalization?.dischargeDisposition?.coding?.find(({ system }) => system === SYSTEM.modeSortie)?.code;
}

/** Where the movements that were not cancelled leave the person. */
export type Course = {
  readonly state: 'annule' | 'annonce' | 'hospitalise' | 'sortie-planifiee' | 'sorti' | 'decede';
  readonly encounter: Encounter['status'];
  readonly discharge?: Recorded;
  readonly isPlanned: boolean;
};

/** By event time, never by arrival (domain.md 2, M6; trap 48). */
export function courseOf(moves: readonly Recorded[]): Course {
  const live = moves.filter(({ cancelled }) => !cancelled).toSorted(byTime);
  const last = (kind: StayKind): Recorded | undefined => live.findLast((one) => one.kind === kind);
  const wasCancelled = (kind: StayKind): boolean => moves.some((one) => one.cancelled && one.kind === kind);
  const isPlanned = last('planned-discharge') !== undefined;
  const admission = last('admission');
  const isPresent = live.some(({ kind }) => kind !== 'pre-admission');
  // An admission undone takes what it had begun with it; an earlier pre-admission lives on (interop.md 7.3).
  const isUndone = admission === undefined && (wasCancelled('admission') || (wasCancelled('pre-admission') && !isPresent));
  if (last('pre-admission') && (isUndone || !isPresent)) return { state: 'annonce', encounter: 'planned', isPlanned };
  if (isUndone) return { state: 'annule', encounter: 'cancelled', isPlanned };
  const left = live.findLast(({ kind, outcome }) => kind === 'discharge' && outcome !== 'mutation');
  const discharge = left && admission && byTime(left, admission) < 0 ? undefined : left;
  const isDead = live.some(({ outcome }) => outcome === 'deces');
  const encounter = discharge ? 'finished' : 'in-progress';
  if (isDead) return { state: 'decede', encounter, ...(discharge ? { discharge } : {}), isPlanned };
  if (discharge) return { state: 'sorti', encounter, discharge, isPlanned };
  return { state: isPlanned ? 'sortie-planifiee' : 'hospitalise', encounter, isPlanned };
}

function byTime(one: Recorded, other: Recorded): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return STAY_KINDS.indexOf(one.kind) - STAY_KINDS.indexOf(other.kind);
}

const CANCELLED_BEFORE: Warning = {
  code: 'movement-cancelled-before',
  expression: 'ZBE-1',
  diagnostics: 'This movement was cancelled; a cancelled number is never used again, so it changes nothing.',
  remedy: 'Donnez un nouveau numéro de mouvement (ZBE-1) au mouvement.',
};

const CANCEL_OF_UNKNOWN: Warning = {
  code: 'cancel-of-unknown-movement',
  expression: 'ZBE-1',
  diagnostics: 'The movement that this cancels is not known; should it arrive later, it will change nothing.',
  remedy: 'Vérifiez le numéro du mouvement annulé (ZBE-1) et son événement d’origine (ZBE-6).',
};

const CORRECTION_OF_UNKNOWN: Warning = {
  code: 'correction-of-unknown-movement',
  expression: 'ZBE-1',
  diagnostics: 'The movement that this corrects is not known; it was taken as said here.',
  remedy: 'Envoyez aussi le mouvement d’origine.',
};
