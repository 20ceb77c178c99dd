import type { Consent, Encounter } from '@medplum/fhirtypes';
import type { ConsentFact, Facts } from '../../lib/access/facts.ts';
import type { Network, Requester, Role } from '../../lib/access/requester.ts';
import { dueAt } from '../../lib/coordination/deadlines.ts';
import type { HospitalMovement } from '../../lib/coordination/discharge/index.ts';
import { etatOf } from '../../lib/coordination/etat.ts';
import { created, deadlinePassed, eventsNow, sendEvent, updated } from '../../lib/coordination/machines.ts';
import { refOf } from '../../lib/coordination/refs.ts';
import type { Effects, Situation } from '../../lib/coordination/types.ts';
import type { Ref, RelaisResource, ResourceByType, ResourceType } from '../../lib/fhir/types.ts';
import { validate } from '../../lib/fhir/validate.ts';
import type { Result } from '../../lib/platform/refusal.ts';

export const PATIENT: Ref = 'Patient/alma';
export const HOSPITAL: Ref = 'Organization/ch-des-essais';
export const GP: Ref = 'PractitionerRole/gp';
export const NURSE: Ref = 'PractitionerRole/nurse';
export const COORDINATOR: Ref = 'PractitionerRole/coordinator';
export const INFORMED: ConsentFact = {
  source: 'c1',
  kind: 'sharing',
  state: 'donne',
  at: '2026-01-05T09:00:00.000Z',
  informed: true,
  deniedCategories: [],
  deniedActors: [],
  deniedResources: [],
};

const NETWORK: Network = {
  id: 'cpts',
  kind: 'cpts',
  reference: 'Organization/cpts',
  name: 'CPTS de l’Esquisse',
  coordinator: COORDINATOR,
  charterInForce: true,
};

/** Somebody of the network, by role; the hospital speaks as its structure. */
export function someone(role: Role, kind: Network['kind'] = 'cpts'): Requester {
  const reference = role === 'hospital' ? HOSPITAL : role === 'patient' ? PATIENT : `PractitionerRole/${role}`;
  return {
    role,
    network: { ...NETWORK, kind },
    reference,
    name: role,
    membership: 'active',
    purpose: 'TREAT',
    client: `client-${role}`,
    idPrefix: role,
    ...(role === 'hospital' ? { structure: { reference: HOSPITAL, finess: '010000024' } } : {}),
  };
}

export function factsWith(over: Partial<Facts> = {}): Facts {
  return {
    version: 1,
    network: 'cpts',
    patient: { id: 'alma', identity: 'qualifiee', sources: [] },
    circle: [
      { member: GP, medecinTraitant: true, from: '2025-01-01T00:00:00.000Z', source: 'circle' },
      { member: NURSE, medecinTraitant: false, from: '2025-01-01T00:00:00.000Z', source: 'circle' },
    ],
    recognised: [],
    consents: [INFORMED],
    referrals: [],
    stays: [],
    representatives: [],
    ...over,
  };
}

/** One patient's resources, and a clock that only the test moves. Every write of every step must be valid FHIR. */
export class World {
  now: string;
  facts: Facts;
  private ids = 0;
  private readonly resources = new Map<Ref, RelaisResource>();

  constructor(now: string, facts: Facts = factsWith(), resources: readonly RelaisResource[] = []) {
    this.now = now;
    this.facts = facts;
    for (const resource of resources) this.put(resource);
  }

  put(resource: RelaisResource): void {
    this.resources.set(refOf(resource), resource);
  }

  get compartment(): readonly RelaisResource[] {
    return [...this.resources.values()];
  }

  situation(by: Requester = someone('coordinator')): Situation {
    return {
      facts: this.facts,
      compartment: this.compartment,
      by,
      now: this.now,
      newId: () => {
        this.ids += 1;
        return `new-${this.ids}`;
      },
      coordinator: COORDINATOR,
    };
  }

  all<T extends ResourceType>(type: T): readonly ResourceByType[T][] {
    return this.compartment.filter(
      (one): one is Extract<RelaisResource, ResourceByType[T]> & ResourceByType[T] => one.resourceType === type,
    );
  }

  the<T extends ResourceType>(type: T, id?: string): ResourceByType[T] {
    const found = this.all(type).find((one) => id === undefined || one.id === id);
    if (!found) throw new Error(`no ${type} ${id ?? ''}`);
    return found;
  }

  tasks(code: string): readonly ResourceByType['Task'][] {
    return this.all('Task').filter((task) => task.code?.coding?.some((coding) => coding.code === code));
  }

  /** Writes what was accepted; a refusal fails the test with its reasons. */
  commit<E extends Effects>(result: Result<E>): E {
    if (!result.ok) throw new Error(result.refusals.map(({ code, diagnostics }) => `${code}: ${diagnostics}`).join('; '));
    for (const write of result.value.writes) {
      const issues = validate(write).map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`);
      if (issues.length > 0) throw new Error(`${refOf(write)} is no valid FHIR: ${issues.join('; ')}`);
      this.put(write);
    }
    return result.value;
  }

  send(ref: Ref, event: string, parameters: Readonly<Record<string, string>> = {}, options: SendOptions = {}): Result<Effects> {
    const carrier = this.resources.get(ref);
    if (!carrier) throw new Error(`no ${ref}`);
    const { by = someone('coordinator'), reason } = options;
    return sendEvent(carrier, { event, at: this.now, parameters, ...(reason ? { reason } : {}) }, this.situation(by));
  }

  did(ref: Ref, event: string, parameters: Readonly<Record<string, string>> = {}, options: SendOptions = {}): Effects {
    return this.commit(this.send(ref, event, parameters, options));
  }

  create(resource: RelaisResource, by?: Requester): Result<Effects> {
    return created(resource, this.situation(by));
  }

  update(after: RelaisResource, by?: Requester): Result<Effects> {
    const before = this.resources.get(refOf(after));
    if (!before) throw new Error(`no ${refOf(after)}`);
    return updated(before, after, this.situation(by));
  }

  events(ref: Ref, by?: Requester): readonly string[] {
    const carrier = this.resources.get(ref);
    return carrier ? eventsNow(carrier, this.situation(by)).map(({ event }) => event) : [];
  }

  /** The schedule looks at everything that fell due. */
  tick(now: string): void {
    this.now = now;
    for (const task of this.all('Task')) {
      const due = dueAt(task);
      if (due !== undefined && due <= now) this.commit(deadlinePassed(task, this.situation()));
    }
  }

  etat(ref: Ref): string | undefined {
    const resource = this.resources.get(ref);
    return resource && etatOf(resource);
  }
}

export type SendOptions = { readonly by?: Requester; readonly reason?: string };

/** What a refusal says, in the terms of the contract. */
export function refusalOf(result: Result<unknown>): {
  readonly category: string;
  readonly codes: readonly string[];
  readonly allowed?: readonly string[];
} {
  if (result.ok) return { category: 'accepted', codes: [] };
  const [first] = result.refusals;
  return {
    category: first.category,
    codes: result.refusals.map(({ code }) => code),
    ...(first.allowed ? { allowed: first.allowed } : {}),
  };
}

export const VENUE = {
  type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'VN' }] },
  system: 'urn:oid:1.2.3.4',
  value: 'V1',
};

export type Said = Partial<Omit<HospitalMovement, 'encounter'>> & { readonly encounter?: Partial<Encounter>; readonly zbe?: string };

/** A movement as intake reads it. */
export function movement(kind: HospitalMovement['kind'], at: string, { encounter, zbe, ...over }: Said = {}): HospitalMovement {
  const period = { ...(kind === 'admission' ? { start: at } : {}), ...(kind === 'discharge' ? { end: at } : {}) };
  return {
    kind,
    at,
    historic: false,
    ...(zbe ? { movementId: { system: 'urn:oid:1.2.3.5', value: zbe } } : {}),
    encounter: {
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      identifier: [VENUE],
      ...(Object.keys(period).length > 0 ? { period } : {}),
      ...encounter,
    },
    ...over,
  };
}

export function consentOf(over: Partial<Consent> = {}): Consent {
  return {
    resourceType: 'Consent',
    id: 'consent',
    status: 'proposed',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: PATIENT },
    policyRule: { text: 'partage-sur-consentement' },
    ...over,
  };
}
