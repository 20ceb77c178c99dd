import type { Keeps, TypeFilter } from './filter.ts';

const NAME: Keeps = { use: 'whole', family: 'whole', given: 'whole', prefix: 'whole' };
const TELECOM: Keeps = { system: 'whole', use: 'whole', value: 'whole', rank: 'whole' };

/** F7: names, birth, contact. The matricule INS is for structures that are held to use it (4.6). */
export const F7: TypeFilter = {
  keep: {
    active: 'whole',
    name: NAME,
    telecom: TELECOM,
    gender: 'whole',
    birthDate: 'whole',
    address: { use: 'whole', line: 'whole', city: 'whole', postalCode: 'whole', country: 'whole' },
    communication: { language: 'codes', preferred: 'whole' },
  },
};

/** F14: first name and contact. */
export const F14: TypeFilter = { keep: { name: { given: 'whole' }, telecom: TELECOM }, needs: ['name'] };

/** F14: his own place in the circle, not who else is in it. */
export const F14_CIRCLE: TypeFilter = {
  keep: { status: 'whole', subject: 'reference', participant: { role: 'codes', member: 'reference', period: 'whole' } },
  needs: ['participant'],
  shape: (resource, own) =>
    resource.resourceType === 'CareTeam'
      ? { ...resource, participant: (resource.participant ?? []).filter(({ member }) => own.includes(member?.reference ?? '')) }
      : resource,
};

/** Minimal Patient: to know whom a document or an act is about. */
export const IDENTITY: TypeFilter = {
  keep: {
    active: 'whole',
    identifier: { use: 'whole', type: 'codes', system: 'whole', value: 'whole' },
    name: NAME,
    gender: 'whole',
    birthDate: 'whole',
  },
};
