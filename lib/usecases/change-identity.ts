import { isDeepStrictEqual } from 'node:util';
import type { Identifier } from '@medplum/fhirtypes';
import type { Requester } from '../access/requester.ts';
import { accountNumberChanged } from '../coordination/discharge/index.ts';
import { withInsChanged } from '../identity/ins-change.ts';
import type { IdentityChange, Intake } from '../intake/intake.ts';
import { type Instant, parisDay } from '../platform/instant.ts';
import type { Warning } from '../platform/refusal.ts';
import type { Loaded } from '../store/store.ts';
import type { Caller } from './caller.ts';
import { authorOf, type WriteGroup } from './commit.ts';
import { guardsOf, isSourceOf, type Known, knownPerson, namedAmong } from './known-person.ts';
import type { Ports } from './ports.ts';

/** What a change of identity would write: a group for each record that it touches. */
export type Changed = { readonly network: string; readonly groups: readonly WriteGroup[]; readonly warnings: readonly Warning[] };

/** A message about numbers, who sends it, and what the first BatchGet found of them. */
export type Changing = {
  readonly ports: Ports;
  readonly caller: Caller;
  readonly sender: Requester;
  readonly loaded: Loaded;
  readonly intake: Intake;
  readonly at: Instant;
};

/** Numbers by which the person of a change is found: that of MRG-1 says whom an A47 is about (PAM France §4.4). */
export function numbersOf({ identityKeys, change }: Pick<Intake, 'identityKeys' | 'change'>): readonly Identifier[] {
  return change?.kind === 'ins' ? [...change.former, ...identityKeys] : [...identityKeys, ...(change?.former ?? [])];
}

/**
 * A47 and A49: a number of a person, or of her account, is another now. Only who told us of a person changes her numbers: to
 * anybody else she is as unknown, and so is what the answer says. What was done already writes nothing.
 */
export async function changeIdentity(
  changing: Changing,
  change: Extract<IdentityChange, { kind: 'ins' | 'account-number' }>,
): Promise<Changed> {
  const { caller, sender, intake } = changing;
  const known = await personOf(changing);
  if (!known) return { network: caller.network, groups: [], warnings: [...intake.warnings, NOT_KNOWN_FROM_YOU] };
  const written = change.kind === 'ins' ? insChanged(changing, known, change) : accountRenumbered(changing, known, change);
  const { patient, facts, previous } = known;
  return {
    network: facts.network,
    groups: written.writes.length > 0 ? [{ patient, facts, previous, writes: written.writes, author: authorOf(sender) }] : [],
    warnings: [...intake.warnings, ...written.warnings],
  };
}

type Effect = { readonly writes: WriteGroup['writes']; readonly warnings: readonly Warning[] };

function insChanged({ ports, loaded, intake }: Changing, known: Known, change: Extract<IdentityChange, { kind: 'ins' }>): Effect {
  const isOfAnother = (one: Identifier): boolean =>
    namedAmong(ports, loaded, [one], [known.facts.network]).some((other) => other !== known.patient);
  const identifier = (intake.patient.identifier ?? []).filter((one) => !isOfAnother(one));
  const next = withInsChanged(known.identity, { ...intake.patient, identifier }, change, parisDay(change.at));
  return { writes: isDeepStrictEqual(next, known.identity) ? [] : [next], warnings: [] };
}

function accountRenumbered(
  { sender }: Changing,
  { situation }: Known,
  { account, formerAccount }: Extract<IdentityChange, { kind: 'account-number' }>,
): Effect {
  const hospital = sender.structure?.reference ?? sender.reference;
  const { writes, isKnown } = accountNumberChanged(situation, hospital, formerAccount, account);
  return { writes, warnings: isKnown ? [] : [ACCOUNT_UNKNOWN] };
}

/** The person whom the numbers name, if the sender is a source of her: the first network that knows one. */
async function personOf({ ports, caller, sender, loaded, intake, at }: Changing): Promise<Known | undefined> {
  const numbers = numbersOf(intake);
  const [here] = namedAmong(ports, loaded, numbers, [caller.network]);
  const [patient = here] = here === undefined ? await namedIn(ports, numbers, sender.alsoIn ?? []) : [];
  const known = patient === undefined ? undefined : await knownPerson(ports, sender, patient, at);
  return known && isSourceOf(known.facts, sender) ? known : undefined;
}

async function namedIn(ports: Ports, numbers: readonly Identifier[], networks: readonly string[]): Promise<readonly string[]> {
  const keys = guardsOf(ports, numbers, networks);
  return keys.length === 0 ? [] : namedAmong(ports, await ports.store.load(keys), numbers, networks);
}

/** One text for nobody, and for somebody whom another establishment told us of. */
const NOT_KNOWN_FROM_YOU: Warning = {
  code: 'person-unknown',
  expression: 'MRG-1',
  diagnostics: 'You told us of no person with these numbers: nothing was changed.',
  remedy: 'Vérifiez les identifiants en PID-3 et MRG-1 ; envoyez d’abord l’identité (A28) ou le mouvement.',
};

const ACCOUNT_UNKNOWN: Warning = {
  code: 'account-unknown',
  expression: 'MRG-3',
  diagnostics: 'No stay of this person has the former account number: nothing was changed.',
  remedy: 'Vérifiez le numéro de dossier en MRG-3.',
};
