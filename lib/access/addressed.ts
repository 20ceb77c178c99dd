import type { Ref } from '../fhir/types.ts';
import { isExcepted, isInformed, stateSince } from './consent-state.ts';
import type { AddressedFact } from './facts.ts';
import type { Row, Standing } from './standing.ts';

const ORDER = ['N', 'R', 'V'] as const;

/** domain.md 4.4, columns DocN, DocR, DocV read for what is addressed (O): how confidential it may be. A row that is absent gets nothing. */
const UP_TO: Readonly<Partial<Record<Row, (typeof ORDER)[number]>>> = {
  'A-40': 'V',
  'A-41': 'N', // a transfer letter
  'A-42': 'V',
  'A-43': 'V',
  'A-44': 'N',
  'A-45': 'R',
  'A-30': 'R',
};

/**
 * What reaches the requester as exchange (ECH, A-22) in the person's present state: addressed to him by name, or a
 * lettre de liaison and he is the médecin traitant.
 */
export function addressedTo(standing: Standing): readonly AddressedFact[] {
  const { facts, mine, row, at } = standing;
  return (facts.addressed ?? []).filter(
    (item) =>
      (item.to.some((ref) => mine.includes(ref)) || (item.letter && row === 'A-42')) &&
      isWithin(row, item.confidentiality ?? 'N') &&
      passesState(standing, item) &&
      !isExcepted(facts, { ref: item.source, categories: item.categories }, at),
  );
}

/** What these documents speak of: themselves, their stays, the episodes of these (the header that goes with them, A-22). */
export function surroundingsOf({ facts }: Standing, items: readonly AddressedFact[]): readonly Ref[] {
  const spoken = items.flatMap(({ source, stay, about }) => [source, ...(stay ? [stay] : []), ...(about ?? [])]);
  const episodes = facts.stays.flatMap(({ source, episodes: some }) => (spoken.includes(`Encounter/${source}`) ? (some ?? []) : []));
  return [...new Set([...spoken, ...episodes])];
}

function isWithin(row: Row, confidentiality: (typeof ORDER)[number]): boolean {
  const limit = UP_TO[row];
  return limit !== undefined && ORDER.indexOf(confidentiality) <= ORDER.indexOf(limit);
}

/** domain.md 4.3, column ECH; A-72: after a withdrawal new letters only. */
function passesState({ facts, column, at }: Standing, { letter, at: receivedAt }: AddressedFact): boolean {
  switch (column) {
    case 'given':
      return true;
    case 'none':
    case 'expired':
      return letter || isInformed(facts, at);
    case 'refused':
      return letter || receivedAt < (stateSince(facts, at) ?? '');
    case 'withdrawn':
      return letter && receivedAt >= (stateSince(facts, at) ?? '');
  }
}
