import { lettreDeLiaison } from '../../functions/local/demo/lettre-de-liaison.ts';
import { type DemoAlias, PEOPLE } from '../../functions/local/demo/people.ts';
import { MEMBERS, type MemberRole, STRUCTURES } from '../../functions/local/demo/roles.ts';
import { type Instant, instantOf, shift } from '../../lib/platform/instant.ts';
import { type Admitted, ackIn, adt, type Told } from '../support/hospital.ts';
import type { Answer } from '../support/http.ts';
import type { TestService } from '../support/service.ts';

/** A stay at CH des Essais, as its messages and its letter tell it. */
export type Stay = Pick<Told, 'person' | 'venue' | 'admitted'> & { readonly left: Instant };

const DAY_MS = 86_400_000;

/** A person of the demo as the hospital knows her. */
export function admitted(alias: DemoAlias): Admitted {
  const { ins, family, given, birthDate, gender } = PEOPLE[alias];
  return { ipp: `IPP-${alias}`, ins, family, given, birthDate, gender };
}

/** A stay of three days that ended a minute ago, by the service's clock. */
export async function stayJustEnded(service: TestService, venue: string, person: Admitted): Promise<Stay> {
  const { json } = await service.send({ method: 'GET', path: '/local/clock' });
  const now = typeof json === 'object' && json !== null && 'now' in json ? String(json.now) : '';
  const left = shift(instantOf(Date.parse(now)), -60_000);
  return { venue, person, admitted: shift(left, -3 * DAY_MS), left };
}

/** Admission and discharge, each acknowledged. @param segments added to both messages: `ZFA…` */
export async function discharge(service: TestService, { left, ...stay }: Stay, ...segments: readonly string[]): Promise<void> {
  await say(service, adt({ ...stay, trigger: 'A01', controlId: `${stay.venue}-A01` }), segments);
  await say(service, adt({ ...stay, left, trigger: 'A03', controlId: `${stay.venue}-A03` }), segments);
}

/** A13: the discharge did not happen. */
export async function cancelDischarge(service: TestService, { left, ...stay }: Stay): Promise<void> {
  const message = adt({ ...stay, left, trigger: 'A13', controlId: `${stay.venue}-A13` });
  const cancel = message.replace(`${stay.venue}-A13^GAM`, `${stay.venue}-A03^GAM`).replace('|INSERT|N', '|CANCEL|N|A03');
  await say(service, cancel, []);
}

async function say(service: TestService, message: string, segments: readonly string[]): Promise<void> {
  const { text } = await service.send({
    method: 'POST',
    path: '/intake/hl7v2',
    role: 'hospital',
    headers: { 'content-type': 'x-application/hl7-v2+er7' },
    body: [message, ...segments].join('\n'),
  });
  if (ackIn(text).code !== 'AA') throw new Error(`the message was not taken: ${text}`);
}

/** The lettre de liaison of a stay, addressed to these physicians; the first is its médecin traitant. */
export function letter(
  { person, admitted: start, left: end }: Stay,
  { documentId, recipients = ['gp'] }: { readonly documentId: string; readonly recipients?: readonly MemberRole[] },
): string {
  const hospital = STRUCTURES['ch-des-essais'];
  const addressees = recipients.map(physician);
  const [first] = addressees;
  return lettreDeLiaison({
    documentId,
    writtenAt: shift(end, 30_000),
    ins: person.ins ?? '',
    names: { birthName: person.family, firstGiven: person.given, givenNames: person.given },
    gender: person.gender === 'female' ? 'F' : 'M',
    birthDate: person.birthDate,
    birthPlace: { insee: '69123', label: 'LYON' },
    stay: { start, end },
    hospital: { finess: hospital.finess ?? '', name: hospital.name },
    author: physician('clinician'),
    recipients: addressees,
    ...(first ? { medecinTraitant: first } : {}),
  });
}

export function sendLetter(service: TestService, body: string): Promise<Answer> {
  return service.send({ method: 'POST', path: '/intake/cda', role: 'hospital', headers: { 'content-type': 'application/xml' }, body });
}

function physician(role: MemberRole): { readonly rpps: string; readonly family: string; readonly given: string } {
  const row = MEMBERS[role];
  if (row.kind !== 'person' || !row.rpps) throw new Error(`${role} has no RPPS`);
  return { rpps: row.rpps, family: row.family, given: row.given };
}
