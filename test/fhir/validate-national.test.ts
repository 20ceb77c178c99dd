import { describe, expect, it } from 'vitest';
import { profilesOf, validate, validateAgainst } from '../../lib/fhir/validate.ts';
import { BIRTH_PLACE, eventType, FR_CORE, INS, NATIONAL, reliability } from '../support/national.ts';

type Name = keyof typeof NATIONAL;
type Json = { readonly [key: string]: unknown };

/** Each fault of the valid resource of a profile, changed, as `rule at expression`. */
function faults(name: Name, over: Json = {}): readonly string[] | undefined {
  const { profile, valid } = NATIONAL[name];
  const json: unknown = JSON.parse(JSON.stringify({ ...valid, ...over }));
  return validateAgainst(json, profile)?.flatMap(({ severity, rule, expression }) =>
    severity === 'error' ? [`${rule} at ${expression}`] : [],
  );
}

function isName(text: string): text is Name {
  return Object.hasOwn(NATIONAL, text);
}

describe('the national profiles (interop.md 2 to 6)', () => {
  it.each(Object.keys(NATIONAL).filter(isName))('%s takes what follows it', (name) => expect(faults(name)).toEqual([]));

  const reference = (target: string) => ({ reference: target });
  const { valid: encounter } = NATIONAL.frEncounter;
  const { valid: simplified } = NATIONAL.pdsmSimplified;
  const attachment = { contentType: 'application/pdf', title: 'Lettre' };
  it.each<[Name, string, Json, readonly string[]]>([
    ['frPatient', 'one official name', { name: [1, 2].map(() => ({ use: 'official', family: 'ESSAI' })) }, ['cardinality at Patient.name']],
    ['frPatient', 'an official name has a family', { name: [{ use: 'official', given: ['A'] }] }, ['required at Patient.name[0].family']],
    ['frPatient', 'a used name needs none', { name: [{ use: 'usual', given: ['A'] }] }, []],
    ['frPatient', 'one title', { name: [{ prefix: ['M', 'DR'] }] }, ['cardinality at Patient.name[0].prefix']],
    ['frPatientIns', 'it says how sure the identity is', { extension: [BIRTH_PLACE] }, ['required at Patient.extension']],
    [
      'frPatientIns',
      'it says where the person was born',
      { extension: [reliability('identity-status', 'QUAL')] },
      ['required at Patient.extension'],
    ],
    [
      'frPatientIns',
      'traits are there',
      { gender: undefined, birthDate: undefined },
      ['required at Patient.gender', 'required at Patient.birthDate'],
    ],
    ['frPatientIns', 'a name that is not official is not enough', { name: [{ use: 'usual', family: 'X' }] }, ['required at Patient.name']],
    [
      'frPatientIns',
      'an official name has its list of given names',
      { name: [{ use: 'official', family: 'X', given: ['A'] }] },
      ['required at Patient.name[0].extension'],
    ],
    ['frPatientIns', 'fr-core-1: qualified means an INS', { identifier: [{ value: '1' }] }, ['fr-core-1 at Patient']],
    [
      'frPractitioner',
      'one national identifier',
      {
        identifier: [1, 2].map((value) => ({ system: 'urn:oid:1.2.250.1.71.4.2.1', value: String(value) })),
      },
      ['cardinality at Practitioner.identifier'],
    ],
    [
      'frPractitioner',
      'an RPPS has a value',
      { identifier: [{ system: 'https://rpps.esante.gouv.fr' }] },
      ['required at Practitioner.identifier[0].value'],
    ],
    ['frPractitioner', 'an identifier of another system is let in', { identifier: [{ system: 'urn:x' }] }, []],
    [
      'frPractitionerRole',
      'a professional exercises',
      { practitioner: reference('Patient/p') },
      ['reference-target at PractitionerRole.practitioner.reference'],
    ],
    [
      'frOrganization',
      'an identifier says its system',
      { identifier: [{ value: '1' }] },
      ['required at Organization.identifier[0].system'],
    ],
    [
      'frEncounter',
      'a stay has a number and a period',
      { identifier: undefined, period: undefined },
      ['required at Encounter.identifier', 'required at Encounter.period'],
    ],
    [
      'frEncounter',
      'a class is coded',
      { class: { display: 'x' } },
      ['required at Encounter.class.system', 'required at Encounter.class.code'],
    ],
    ['frEncounter', 'one type', { type: [{ text: 'a' }, { text: 'b' }] }, ['cardinality at Encounter.type']],
    [
      'frEncounter',
      'a stay leads to a place or a structure',
      { hospitalization: { destination: reference('Patient/p') } },
      ['reference-target at Encounter.hospitalization.destination.reference'],
    ],
    ['frRelatedPerson', 'one identifier', { identifier: undefined }, ['required at RelatedPerson.identifier']],
    [
      'cdsRelatedPerson',
      'a name, a way to call, a role',
      { name: undefined, telecom: undefined, relationship: [{ text: 'ami' }] },
      ['required at RelatedPerson.relationship', 'required at RelatedPerson.name', 'required at RelatedPerson.telecom'],
    ],
    [
      'cdsCareTeam',
      'a circle is identified, named and dated',
      { identifier: undefined, name: undefined, period: { end: '2026-01-01' } },
      ['required at CareTeam.period.start', 'required at CareTeam.identifier', 'required at CareTeam.name'],
    ],
    [
      'cdsCareTeam',
      'a member exercises somewhere',
      { participant: [{ member: reference('Practitioner/p') }] },
      ['reference-target at CareTeam.participant[0].member.reference'],
    ],
    [
      'cdsCareTeam',
      'a period of a member has a start',
      { participant: [{ member: reference('PractitionerRole/r'), period: { end: '2026-01-01' } }] },
      ['required at CareTeam.participant[0].period.start'],
    ],
    [
      'cdsCareTeam',
      'what CDS leaves out',
      { category: [{ text: 'x' }], encounter: reference('Encounter/e') },
      ['cardinality at CareTeam.category', 'cardinality at CareTeam.encounter'],
    ],
    [
      'cdsCreation',
      'one circle and one person',
      { entry: NATIONAL.cdsCreation.valid.entry.slice(0, 1).concat(NATIONAL.cdsCreation.valid.entry.slice(0, 1)) },
      ['required at Bundle.entry', 'cardinality at Bundle.entry'],
    ],
    [
      'pdsmSimplified',
      'current, dated, signed, kept by somebody',
      { status: 'superseded', date: undefined, author: undefined, custodian: undefined },
      [
        'fixed-value at DocumentReference.status',
        'required at DocumentReference.date',
        'required at DocumentReference.author',
        'required at DocumentReference.custodian',
      ],
    ],
    [
      'pdsmSimplified',
      'bytes, no address',
      { content: [{ attachment: { ...attachment, url: 'Binary/b' } }] },
      ['cardinality at DocumentReference.content[0].attachment.url', 'required at DocumentReference.content[0].attachment.data'],
    ],
    [
      'pdsmComprehensive',
      'an address with its size and hash, labels, a context',
      { content: simplified.content, securityLabel: undefined, context: undefined },
      [
        'required at DocumentReference.content[0].attachment.url',
        'required at DocumentReference.content[0].attachment.size',
        'required at DocumentReference.content[0].attachment.hash',
        'required at DocumentReference.securityLabel',
        'required at DocumentReference.context',
      ],
    ],
    [
      'pdsmSubmissionSet',
      'working, dated, of somebody',
      { mode: 'snapshot', date: undefined, source: undefined },
      ['required at List.date', 'required at List.source', 'fixed-value at List.mode', 'dom-3 at List'],
    ],
    ['pdsmFolder', 'something is in it', { entry: undefined }, ['required at List.entry']],
    ['pdsmProvide', 'a set and a document', { entry: NATIONAL.pdsmProvide.valid.entry.slice(0, 1) }, ['required at Bundle.entry']],
    [
      'ndeSubscription',
      'the extensions of NdE',
      { extension: [eventType('SOR')] },
      ['required at Subscription.extension', 'dom-3 at Subscription'],
    ],
    [
      'ndeDeclaration',
      'a person or something else, not both',
      { about: [reference('Encounter/e')] },
      ['event-subject at CommunicationRequest'],
    ],
    [
      'ndeDeclaration',
      'one text, somebody who asks',
      { payload: undefined, requester: undefined },
      ['required at CommunicationRequest.payload', 'required at CommunicationRequest.requester', 'dom-3 at CommunicationRequest'],
    ],
    [
      'ndeNotification',
      'of a subscription, to somebody with an address',
      { basedOn: [reference('Task/t')], recipient: [reference('#o')] },
      ['reference-target at CommunicationRequest.basedOn[0].reference', 'required at CommunicationRequest.recipient[0].extension'],
    ],
    ['tdeAuditEvent', 'a moment', { period: undefined }, ['required at AuditEvent.period']],
    [
      'tdeAuditEvent',
      'two agents at most, each somebody',
      { agent: [1, 2, 3].map(() => ({ requestor: true })) },
      ['cardinality at AuditEvent.agent', ...[0, 1, 2].map((at) => `required at AuditEvent.agent[${at}].who`)],
    ],
  ])('%s: %s', (name, _rule, over, want) => expect(new Set(faults(name, over))).toEqual(new Set(want)));

  it('a stay of FR Core is one of ours too', () => expect(validate(encounter)).toEqual([]));
});

describe('the two vocabularies of the identity status (interop.md 1.2)', () => {
  const status = (...args: Parameters<typeof reliability>): readonly string[] | undefined =>
    faults('frPatientIns', { extension: [reliability(...args), BIRTH_PLACE] });

  it.each<[string, Parameters<typeof reliability>, readonly string[]]>([
    ['QUAL of RNIV v2 with an INS', ['identity-status', 'QUAL'], []],
    ['VALI of table 0445 says qualified: an INS is right', ['v2-0445', 'VALI'], []],
    ['VALI of RNIV v2 with an INS contradicts itself', ['identity-status', 'VALI'], ['rls-ins-non-qualifie at Patient']],
    ['a code of neither', ['identity-status', 'DOUB'], ['binding at Patient.extension[0].extension[0].value']],
    ['RNIV EXI SI 09: a doubtful identity is provisional', ['identity-status', 'QUAL', 'DOUT'], ['rniv-exi-si-09 at Patient.extension[0]']],
    ['a proven homonym may be qualified', ['identity-status', 'QUAL', 'HOMA'], []],
    ['fictitious and doubtful exclude each other', ['v2-0445', 'PROV', 'FICT', 'DOUT'], ['rniv-fict-dout at Patient.extension[0]']],
  ])('%s', (_story, args, want) => expect(status(...args)).toEqual(want));

  it('an invariant of ours says its remedy', () => {
    const json = { ...NATIONAL.frPatientIns.valid, extension: [reliability('identity-status', 'VALI'), BIRTH_PLACE] };
    expect(validateAgainst(json, NATIONAL.frPatientIns.profile)?.map(({ remedy }) => remedy)).toEqual([
      "Retirez l'INS, ou qualifiez l'identité avant de le transmettre.",
    ]);
  });
});

describe('what a resource claims', () => {
  const { profile, valid } = NATIONAL.pdsmSimplified;
  const claiming = JSON.parse(JSON.stringify({ ...valid, custodian: undefined, meta: { profile: [`${profile}|3.1.1`] } }));

  it('is no reason to refuse a write: real senders leave out the custodian (traps 38 and 39)', () =>
    expect(validate(claiming)).toEqual([]));
  it('is told by $validate, as an error, and as a warning for a write', () => {
    const told = [false, true].map((asWrite) =>
      validateAgainst(claiming, undefined, asWrite)?.map(({ severity, rule }) => `${severity} ${rule}`),
    );
    expect(told).toEqual([['error required'], ['warning required']]);
  });
  it('is not looked at when this server has no such profile', () => {
    expect(validateAgainst({ ...valid, meta: { profile: ['urn:x'] } }, undefined)).toEqual([]);
    expect(validateAgainst(valid, 'urn:x')).toBeUndefined();
    expect(validateAgainst(valid, NATIONAL.cdsCareTeam.profile)).toBeUndefined();
  });
  it('can be asked which there are', () => expect(profilesOf('Patient')).toContain(`${FR_CORE}/StructureDefinition/fr-core-patient-ins`));
});

describe('codes that this server carries in part', () => {
  it('another code of a national system is a warning', () => {
    const { profile, valid } = NATIONAL.ndeSubscription;
    const json = JSON.parse(JSON.stringify(valid).replace('"SOR"', '"TRA"'));
    expect(validateAgainst(json, profile)?.map(({ severity, rule, expression }) => `${severity} ${rule} ${expression}`)).toEqual([
      'warning code-not-carried Subscription.extension[3].value',
    ]);
  });
  it('another code of a system of ours is an error', () => {
    const json = {
      resourceType: 'Patient',
      meta: { security: [{ system: 'https://relais.example/fhir/CodeSystem/categorie', code: 'x' }] },
      identifier: [INS],
    };
    expect(validateAgainst(json, undefined)?.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['error code-unknown']);
  });
  it('an extension of somebody else is let in with a warning', () => {
    const json = { resourceType: 'Patient', extension: [{ url: 'urn:x', valueString: 'x' }] };
    expect(validateAgainst(json, undefined)?.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['warning extension-foreign']);
    expect(validate(json)).toEqual([]);
  });
});
