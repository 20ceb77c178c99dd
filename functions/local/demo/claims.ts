import type { Ref } from '../../../lib/fhir/types.ts';
import type { Claims } from '../issuer.ts';
import { LocalProblemError } from '../problem.ts';
import { DEMO_ALIASES, type DemoAlias, isDemoAlias, PEOPLE } from './people.ts';
import { patientRef, representativeRef, roleRef } from './references.ts';
import { DEMO_ROLES, type DemoRole, isDemoRole, MEMBERS, STRUCTURES } from './roles.ts';

/** What `npm run token` may choose (contracts.md 1). */
export type TokenOptions = {
  readonly alias?: string;
  readonly expiresInSeconds?: number;
  readonly audience?: string;
  readonly acr?: string;
  readonly purpose?: string;
  /** The person for whom the system of the role acts. */
  readonly for?: string;
  readonly scope?: string;
};

/** Who a role is, as a token says it. */
type Holder = {
  readonly sub: string;
  readonly fhirUser: Ref;
  readonly network: string;
  readonly structure?: string;
  readonly rpps?: string;
  readonly profession?: string;
  /** A machine with a key, or a person who was authenticated: Pro Santé Connect, FranceConnect+. */
  readonly acr: 'system' | 'eidas1' | 'eidas2';
  readonly purpose: 'TREAT' | 'PATRQT';
  readonly scope: string;
};

/**
 * Claims of a token for a role of the demo. With `--for`, the decision is that of the person named, and `act` says which
 * software acts.
 * @throws LocalProblemError for a role or an alias that does not exist
 */
export function claimsOf(role: string, options: TokenOptions = {}): Claims {
  const actor = holderOf(roleNamed(role), options.for === undefined ? options.alias : undefined);
  const holder = options.for === undefined ? actor : holderOf(roleNamed(options.for), options.alias);
  const { acr, purpose, scope, ...who } = holder;
  return {
    ...who,
    acr: options.acr ?? acr,
    purpose_of_use: options.purpose ?? purpose,
    scope: options.scope ?? scope,
    ...(options.for === undefined ? {} : { act: { sub: actor.sub } }),
  };
}

function holderOf(role: DemoRole, alias: string | undefined): Holder {
  if (role === 'patient' || role === 'representative') return personOf(role, aliasNamed(alias ?? (role === 'patient' ? 'given' : 'minor')));
  if (alias !== undefined) throw new LocalProblemError(`Le rôle ${role} ne prend pas d’alias : seuls patient et representative en ont un.`);
  const row = MEMBERS[role];
  const finess = row.kind === 'device' ? undefined : STRUCTURES[row.structure].finess;
  const isPerson = row.kind === 'person';
  return {
    sub: role,
    fhirUser: roleRef(role),
    network: row.network,
    ...(finess ? { structure: finess } : {}),
    ...(isPerson && row.rpps ? { rpps: row.rpps } : {}),
    ...(isPerson ? { profession: row.profession } : {}),
    acr: isPerson ? 'eidas1' : 'system',
    purpose: 'TREAT',
    scope: isPerson ? 'user/*.cruds' : 'system/*.cruds',
  };
}

function personOf(role: 'patient' | 'representative', alias: DemoAlias): Holder {
  const { network, represented } = PEOPLE[alias];
  if (role === 'representative' && !represented)
    throw new LocalProblemError(`${alias} n’a pas de représentant ; essayez : representative minor`);
  return {
    sub: `${role}/${alias}`,
    fhirUser: role === 'patient' ? patientRef(alias) : representativeRef(alias),
    network,
    acr: 'eidas2',
    purpose: 'PATRQT',
    scope: 'patient/*.cruds',
  };
}

function roleNamed(text: string): DemoRole {
  if (isDemoRole(text)) return text;
  throw new LocalProblemError(`Rôle inconnu : ${text || '(aucun)'}. Rôles : ${DEMO_ROLES.join(', ')}`);
}

function aliasNamed(text: string): DemoAlias {
  if (isDemoAlias(text)) return text;
  throw new LocalProblemError(`Alias inconnu : ${text}. Alias : ${DEMO_ALIASES.join(', ')}`);
}
