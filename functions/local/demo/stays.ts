import { createHash } from 'node:crypto';
import type { Binary, DocumentReference, Encounter, EpisodeOfCare, Extension, Task } from '@medplum/fhirtypes';
import { toExtension } from '../../../lib/coordination/discharge/record.ts';
import { codingOf, withEtat } from '../../../lib/coordination/etat.ts';
import type { RelaisResource } from '../../../lib/fhir/types.ts';
import { EXTENSION, FINESS, HL7, NAMING_BASE, SYSTEM, TRE_A07 } from '../../../lib/fhir/vocabulary.ts';
import { readCda } from '../../../lib/intake/cda/read.ts';
import { sha1Base64 } from '../../../lib/platform/digest.ts';
import { endOfParisDay, type Instant, parisDay } from '../../../lib/platform/instant.ts';
import { circleId } from './identity.ts';
import { lettreDeLiaison } from './lettre-de-liaison.ts';
import { type DemoAlias, PEOPLE } from './people.ts';
import { demoId, networkRef, patientRef, practitionerRef, roleRef, structureRef } from './references.ts';
import { MEMBERS, type MemberRole, STRUCTURES } from './roles.ts';

type Stay = { readonly label: string; readonly start: Instant; readonly end: Instant };

const LETTRE_RECUE = { code: 'lettre-recue', display: 'Lettre reçue', status: 'completed' } as const;
const SUIVI_PLANIFIE = { code: 'suivi-planifie', display: 'Suivi planifié', status: 'active' } as const;

const hospital = STRUCTURES['ch-des-essais'];

/**
 * A past discharge: stay, episode of the network, the hospital's task done the same day, its letter with its bytes.
 * The follow-up is planned where the network works for the person; else the letter has come and nobody acts.
 * @param received when the letter reached us
 */
export function pastDischarge(alias: DemoAlias, stay: Stay, received: Instant): readonly RelaisResource[] {
  const { key, referral, network } = PEOPLE[alias];
  const followed = referral === 'open';
  const encounter = stayOf(alias, stay);
  const episode: EpisodeOfCare = {
    resourceType: 'EpisodeOfCare',
    id: demoId(`episode ${stay.label}`, key),
    status: 'active',
    type: [{ coding: [{ system: SYSTEM.typeEpisode, code: 'sortie-hospitalisation', display: "Sortie d'hospitalisation" }] }],
    patient: { reference: patientRef(alias) },
    managingOrganization: { reference: networkRef(network) },
    period: { start: stay.start },
    team: [{ reference: `CareTeam/${circleId(alias)}` }],
  };
  const ref = `EpisodeOfCare/${episode.id}`;
  const task: Task = {
    resourceType: 'Task',
    id: demoId(`letter task ${stay.label}`, key),
    status: LETTRE_RECUE.status,
    businessStatus: { coding: [codingOf(LETTRE_RECUE)] },
    intent: 'order',
    code: { coding: [{ system: SYSTEM.tache, code: 'lettre-de-liaison', display: 'Lettre de liaison de sortie' }] },
    focus: { reference: ref },
    for: { reference: patientRef(alias) },
    encounter: { reference: `Encounter/${encounter.id}` },
    executionPeriod: { start: stay.end, end: received },
    authoredOn: stay.end,
    owner: { reference: structureRef('ch-des-essais') },
    restriction: { period: { end: endOfParisDay(parisDay(stay.end)) } },
  };
  return [
    { ...encounter, episodeOfCare: [{ reference: ref }] },
    withEtat(episode, followed ? SUIVI_PLANIFIE : { ...LETTRE_RECUE, status: 'active' }),
    task,
    ...letter(alias, stay, received, `Encounter/${encounter.id}`),
  ];
}

/** A finished stay at CH des Essais. */
function stayOf(alias: DemoAlias, { label, start, end }: Stay): Encounter {
  return {
    resourceType: 'Encounter',
    // As two messages would have left it: a later cancel or correction finds what it speaks of.
    extension: [movement('admission', start), movement('discharge', end)],
    id: demoId(`stay ${label}`, PEOPLE[alias].key),
    identifier: [
      {
        use: 'official',
        type: { coding: [{ system: HL7.identifierType, code: 'VN' }] },
        system: `${NAMING_BASE}/${hospital.finess}/SEJOUR`,
        value: `DEMO-${alias}-${label}`,
      },
    ],
    status: 'finished',
    class: { system: HL7.actCode, code: 'IMP' },
    subject: { reference: patientRef(alias) },
    period: { start, end },
    serviceProvider: {
      reference: structureRef('ch-des-essais'),
      identifier: { system: FINESS, value: hospital.finess ?? '' },
      display: hospital.name,
    },
  };
}

function movement(kind: 'admission' | 'discharge', at: Instant): Extension {
  return toExtension({ kind, at, outcome: 'ville', cancelled: false, corrected: false, unheard: false });
}

/** L-16: a stay that the minor keeps from her parents, and the report that points at it. */
export function secretStay(alias: DemoAlias, stay: Stay): readonly RelaisResource[] {
  const { key } = PEOPLE[alias];
  const encounter: Encounter = {
    ...stayOf(alias, stay),
    meta: { security: [{ system: TRE_A07, code: 'INVISIBLE_REPRESENTANTS_LEGAUX', display: 'Invisible aux représentants légaux' }] },
  };
  const bytes = Buffer.from('Compte rendu fictif d’un séjour sous le secret du mineur.', 'utf8');
  const binaryId = demoId(`report ${stay.label} bytes`, key);
  const reference: DocumentReference = {
    resourceType: 'DocumentReference',
    id: demoId(`report ${stay.label}`, key),
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${oidOf(alias, `report ${stay.label}`)}` },
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '34112-3', display: 'CR hospitalier' }] },
    subject: { reference: patientRef(alias) },
    date: stay.end,
    author: [{ reference: roleRef('clinician') }],
    custodian: { reference: structureRef('ch-des-essais') },
    content: [
      {
        attachment: {
          contentType: 'text/plain',
          url: `Binary/${binaryId}`,
          size: bytes.length,
          hash: sha1Base64(bytes),
          title: 'Compte rendu de séjour',
        },
      },
    ],
    context: { encounter: [{ reference: `Encounter/${encounter.id}` }] },
  };
  return [encounter, reference, binaryOf(binaryId, reference, 'text/plain', bytes)];
}

/** A letter of before, masked to professionals (TRE_A07 MASQUE_PS), addressed to the médecin traitant all the same. */
export function maskedLetter(alias: DemoAlias, stay: Stay, received: Instant): readonly RelaisResource[] {
  return letter(alias, stay, received, undefined).map((resource) =>
    resource.resourceType === 'DocumentReference'
      ? {
          ...resource,
          securityLabel: [
            ...(resource.securityLabel ?? []),
            { coding: [{ system: TRE_A07, code: 'MASQUE_PS', display: 'Masqué aux professionnels de santé' }] },
          ],
        }
      : resource,
  );
}

/** The CDA of the letter of a stay, as CH des Essais would write it. */
export function letterXml(alias: DemoAlias, stay: Stay, received: Instant): string {
  const person = PEOPLE[alias];
  const addressee = person.medecinTraitant === undefined ? undefined : physician(person.medecinTraitant);
  return lettreDeLiaison({
    documentId: oidOf(alias, `letter ${stay.label}`),
    writtenAt: received,
    ins: person.ins,
    names: {
      birthName: person.family,
      firstGiven: person.given,
      givenNames: person.given,
      usedName: person.usedFamily,
      usedGiven: person.usedGiven,
    },
    gender: person.gender === 'female' ? 'F' : 'M',
    birthDate: person.birthDate,
    birthPlace: { insee: person.birthPlace.insee, label: person.birthPlace.city },
    stay,
    hospital: { finess: hospital.finess ?? '', name: hospital.name },
    author: physician('clinician'),
    recipients: addressee ? [addressee] : [],
    ...(addressee ? { medecinTraitant: addressee } : {}),
  });
}

/** The letter as our own intake reads it from its CDA, filed as intake files it. */
function letter(alias: DemoAlias, stay: Stay, received: Instant, encounter: string | undefined): readonly RelaisResource[] {
  const person = PEOPLE[alias];
  const medecinTraitant = person.medecinTraitant;
  const bytes = Buffer.from(letterXml(alias, stay, received), 'utf8');
  const read = readCda(bytes, { senderFiness: hospital.finess ?? '' });
  const incoming = read.ok ? read.value.documents[0] : undefined;
  if (!incoming) throw new Error(`the letter of ${alias} is not a CDA that we take: ${JSON.stringify(read)}`);
  const binaryId = demoId(`letter ${stay.label} bytes`, person.key);
  const [content, ...others] = incoming.reference.content;
  const reference: DocumentReference = {
    ...incoming.reference,
    id: demoId(`letter ${stay.label}`, person.key),
    subject: { reference: patientRef(alias) },
    ...(medecinTraitant
      ? { extension: [{ url: EXTENSION.destinataire, valueReference: { reference: practitionerRef(medecinTraitant) } }] }
      : {}),
    content: [
      { ...content, attachment: { ...content?.attachment, url: `Binary/${binaryId}`, size: bytes.length, hash: sha1Base64(bytes) } },
      ...others,
    ],
    context: { ...incoming.reference.context, ...(encounter ? { encounter: [{ reference: encounter }] } : {}) },
  };
  return [reference, binaryOf(binaryId, reference, 'text/xml', bytes)];
}

function binaryOf(id: string, reference: DocumentReference, contentType: string, bytes: Uint8Array): Binary {
  return {
    resourceType: 'Binary',
    id,
    contentType,
    securityContext: { reference: `DocumentReference/${reference.id}` },
    data: Buffer.from(bytes).toString('base64'),
  };
}

function physician(role: MemberRole): { readonly rpps: string; readonly family: string; readonly given: string } {
  const row = MEMBERS[role];
  if (row.kind !== 'person' || !row.rpps) throw new Error(`${role} has no RPPS`);
  return { rpps: row.rpps, family: row.family, given: row.given };
}

/** An OID of the arc of UUIDs (ITU-T X.667): nobody assigns it, nobody else has it. */
function oidOf(alias: DemoAlias, label: string): string {
  return `2.25.${BigInt(`0x${createHash('sha256').update(`${alias} ${label}`).digest('hex').slice(0, 30)}`)}`;
}
