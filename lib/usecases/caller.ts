import * as z from 'zod';
import type { PatientKey } from '../access/facts.ts';
import type { Member, Network, Purpose, Requester } from '../access/requester.ts';
import { type Scope, scopesIn } from '../access/scopes.ts';
import type { Ref } from '../fhir/types.ts';
import { accepted, type Result, refused } from '../platform/refusal.ts';

/** Claims of a verified token (contracts.md 1), parsed once into what cannot be wrong. */
const claims = z.object({
  sub: z.string().min(1).max(200),
  fhirUser: z.string().regex(/^(PractitionerRole|Practitioner|Organization|Patient|RelatedPerson|Device)\/[A-Za-z0-9.-]{1,64}$/),
  network: z.string().regex(/^[a-z0-9-]{1,40}$/),
  structure: z.string().max(20).optional(),
  rpps: z.string().max(20).optional(),
  profession: z.string().max(80).optional(),
  acr: z.string().max(80).optional(),
  purpose_of_use: z.string().max(40).optional(),
  scope: z.string().max(4000).optional(),
  act: z.looseObject({ sub: z.string().max(200) }).optional(),
});

/** Who holds the token, before the store said what he is. */
export type Caller = {
  readonly client: string;
  readonly reference: Ref;
  readonly network: string;
  /** Strong enough for patient data (A-03, L-10). */
  readonly strong: boolean;
  readonly purpose: Purpose | 'refused';
  /** FINESS that the token says; what counts is the membership item, this only namespaces before it is read. */
  readonly finess?: string;
  /** What the token leaves open; absent = it names no resource. */
  readonly scopes?: readonly Scope[];
};

/** eIDAS substantial or high, Pro Santé Connect, and machines by key or certificate. A password alone is none of these. */
const STRONG_ACR: ReadonlySet<string> = new Set(['eidas1', 'eidas2', 'eidas3', 'system']);
const PURPOSES: ReadonlySet<string> = new Set(['TREAT', 'COC', 'PATRQT', 'ETREAT', 'BTG', 'HOPERAT', 'HCOMPL'] satisfies Purpose[]);

/** Token payload to Caller; a payload without the claims of contracts.md 1 is 401. */
export function callerOf(payload: unknown): Result<Caller> {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    return refused({
      category: 'unauthenticated',
      code: 'token-claims',
      diagnostics: `Claim ${place} is missing or malformed.`,
      remedy: 'Demandez un jeton qui porte sub, fhirUser et network.',
    });
  }
  const { sub, fhirUser, network, acr, purpose_of_use: purpose = '', act, structure, scope = '' } = parsed.data;
  const scopes = scopesIn(scope, /^(Patient|RelatedPerson)\//.test(fhirUser));
  return accepted({
    client: act?.sub ?? sub,
    reference: fhirUser,
    network,
    strong: acr !== undefined && STRONG_ACR.has(acr),
    purpose: isPurpose(purpose) ? purpose : 'refused',
    ...(structure ? { finess: structure } : {}),
    ...(scopes ? { scopes } : {}),
  });
}

function isPurpose(code: string): code is Purpose {
  return PURPOSES.has(code);
}

/** A network that the store does not know: nothing is granted in it. */
const UNKNOWN_NETWORK: Omit<Network, 'id'> = { kind: 'reseau', reference: '', name: '', charterInForce: false };

/**
 * Caller and the store's items to the requester that `decide` takes.
 * @param member     membership item in the network asked, if any
 * @param network    network item, if any
 * @param ownPatient compartment that a patient's or representative's token speaks for
 */
export function requesterOf(
  caller: Caller,
  member: Member | undefined,
  network: Network | undefined,
  ownPatient: PatientKey | undefined,
): Requester {
  const [kind = ''] = caller.reference.split('/');
  const known = network ?? { id: caller.network, ...UNKNOWN_NETWORK };
  const { reference, purpose, client, scopes } = caller;
  const base = { network: known, reference, purpose, client, ...(scopes ? { scopes } : {}) };
  if (kind === 'Patient' || kind === 'RelatedPerson') {
    return {
      ...base,
      role: kind === 'Patient' ? 'patient' : 'representative',
      name: kind === 'Patient' ? 'la personne elle-même' : 'représentant',
      membership: 'active',
      idPrefix: '',
      ...(ownPatient ? { ownPatient } : {}),
    };
  }
  if (!member) return { ...base, role: 'none', name: '', membership: 'aucune', idPrefix: '' };
  return {
    ...base,
    role: member.role,
    name: member.name,
    membership: member.state,
    idPrefix: member.idPrefix,
    ...(member.practitioner ? { practitioner: member.practitioner } : {}),
    ...(member.structure ? { structure: member.structure } : {}),
    ...(member.alsoIn ? { alsoIn: member.alsoIn } : {}),
  };
}
