import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admitted, stranger } from '../support/hospital.ts';
import { bundleIn, matchesIn, outcomeIn, resourceIn } from '../support/http.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { admitted, discharge, letter, sendLetter, stayJustEnded } from './hospital-sends.ts';

describe('a DMP-like system', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const kept = async () => {
    await service.quiesce();
    const answer = await service.send({ method: 'GET', path: '/local/repository/DocumentReference' });
    return (bundleIn(answer).entry ?? []).flatMap(({ resource }) => (resource?.resourceType === 'DocumentReference' ? [resource] : []));
  };
  const discharged = async (venue: string, person: Admitted, documentId: string, ...segments: readonly string[]) => {
    const stay = await stayJustEnded(service, venue, person);
    await discharge(service, stay, ...segments);
    const body = letter(stay, { documentId });
    expect((await sendLetter(service, body)).status).toBe(201);
    return body;
  };
  const published = async (documentId: string) =>
    (await kept()).filter(({ masterIdentifier }) => masterIdentifier?.value === `urn:oid:${documentId}`);

  describe('is sent', () => {
    it('the letter of a person whose INS is qualified, as ITI-105, once', async () => {
      const xml = await discharged('V-DMP', admitted('given'), '2.25.7701');
      const [document, ...others] = await published('2.25.7701');
      expect(others).toEqual([]);
      const attachment = document?.content[0]?.attachment;
      expect(Buffer.from(attachment?.data ?? '', 'base64').toString()).toBe(xml);
      expect(attachment).toMatchObject({
        contentType: 'text/xml',
        size: Buffer.byteLength(xml),
        hash: createHash('sha1').update(xml).digest('base64'),
      });
      expect(document).toMatchObject({
        status: 'current',
        type: { coding: expect.arrayContaining([expect.objectContaining({ system: 'http://loinc.org', code: '11490-0' })]) },
        subject: { identifier: { system: `urn:oid:${service.demo.patients.given.oid}`, value: service.demo.patients.given.ins } },
      });
      await service.clock('PT1H');
      expect(await published('2.25.7701')).toHaveLength(1);
    });

    it('nothing of a person whose identity is not qualified', async () => {
      const stay = await stayJustEnded(service, 'V-PROV', stranger(41));
      const withoutIns = letter(stay, { documentId: '2.25.7702' }).replace(
        /<id [^>]*1\.2\.250\.1\.213\.1\.4\.10[^>]*>/,
        '<id extension="IPP-41" root="1.2.250.1.999.2"/>',
      );
      expect((await sendLetter(service, withoutIns)).status).toBe(201);
      expect(await published('2.25.7702')).toEqual([]);
    });

    it('nothing when the person opposes the feeding of her DMP (ZFA-9 = IO)', async () => {
      await discharged('V-IO', admitted('limited'), '2.25.7703', 'ZFA|||||||||IO');
      expect(await published('2.25.7703')).toEqual([]);
    });

    it('the letter by its own law, even when sharing was refused (A-82)', async () => {
      await discharged('V-REFUSED', admitted('refused'), '2.25.7704');
      expect(await published('2.25.7704')).toHaveLength(1);
    });
  });

  describe('publishes', () => {
    const publication = (ins: string, uniqueId: string, text: string) => ({
      resourceType: 'DocumentReference',
      meta: { profile: ['https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish'] },
      masterIdentifier: { system: 'urn:ietf:rfc:3986', value: uniqueId },
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '34112-3', display: 'CR hospitalier' }] },
      category: [{ coding: [{ system: 'http://loinc.org', code: '11490-0' }] }],
      subject: { identifier: { system: `urn:oid:${service.demo.patients.given.oid}`, value: ins } },
      date: '2026-03-01T10:00:00Z',
      author: [{ display: 'CH des Essais' }],
      securityLabel: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }] }],
      content: [
        {
          attachment: {
            contentType: 'text/plain',
            language: 'fr-FR',
            data: Buffer.from(text).toString('base64'),
            size: Buffer.byteLength(text),
            hash: createHash('sha1').update(text).digest('base64'),
            title: 'Compte rendu',
            creation: '2026-03-01T10:00:00Z',
          },
          format: {
            system: 'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
            code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient',
          },
        },
      ],
      context: { facilityType: { coding: [{ code: 'SA01' }] }, practiceSetting: { coding: [{ code: 'ETABLISSEMENT' }] } },
    });
    const publish = (body: object, role = 'dmp') => service.fhir(role).post('DocumentReference', body);

    it('a document of a qualified INS: 201, its replay 200, other bytes under its id 409', async () => {
      const { ins, reference } = service.demo.patients.given;
      const body = publication(ins, 'urn:oid:2.25.8801', 'Compte rendu fictif.');
      const first = await publish(body);
      expect(first.status).toBe(201);
      const again = await publish(body);
      expect([again.status, again.headers.get('location')]).toEqual([200, first.headers.get('location')]);
      const other = await publish(publication(ins, 'urn:oid:2.25.8801', 'Un autre texte.'));
      expect([other.status, outcomeIn(other).issue[0]?.expression]).toEqual([409, ['DocumentReference.masterIdentifier']]);

      const path = (first.headers.get('location') ?? '').replace(/^.*\/fhir\//, '').replace(/\/_history.*$/, '');
      const dmp = service.fhir('dmp');
      const own = resourceIn('DocumentReference', await dmp.get(path));
      expect(own.content[0]?.attachment.data).toBeUndefined();
      expect((await dmp.get(own.content[0]?.attachment.url ?? '', { accept: 'text/plain' })).text).toBe('Compte rendu fictif.');
      // The circle reads it as any other document of the person.
      const shared = matchesIn('DocumentReference', await service.fhir('gp').get(`DocumentReference?patient=${reference}`));
      expect(shared.map(({ id }) => id)).toContain(own.id);
      // Once more: what came from the repository does not go back to it.
      expect(await published('2.25.8801')).toEqual([]);
    });

    it('nothing for an INS that is unknown here', async () => {
      const answer = await publish(publication(stranger(99).ins ?? '', 'urn:oid:2.25.8802', 'Texte.'));
      expect([answer.status, outcomeIn(answer).issue[0]?.expression]).toEqual([404, ['DocumentReference.subject']]);
    });

    it('and reads what it published, nothing else', async () => {
      const { ins, reference } = service.demo.patients.given;
      const dmp = service.fhir('dmp');
      const mine = await publish(publication(ins, 'urn:oid:2.25.8803', 'Le mien.'));
      const [theirs] = matchesIn('DocumentReference', await service.fhir('gp').get(`DocumentReference?patient=${reference}&type=11490-0`));
      expect(mine.status).toBe(201);
      expect((await dmp.get(`DocumentReference/${theirs?.id}`)).status).toBe(404);
      for (const path of [`${reference}`, `CarePlan?patient=${reference}`, `Consent?patient=${reference}`, 'PractitionerRole']) {
        const answer = await dmp.get(path);
        expect([path, answer.status === 404 || bundleIn(answer).total === 0]).toEqual([path, true]);
      }
      const seen = matchesIn('DocumentReference', await dmp.get(`DocumentReference?patient=${reference}`));
      expect(seen.map(({ masterIdentifier }) => masterIdentifier?.value)).toContain('urn:oid:2.25.8803');
      expect(seen.map(({ id }) => id)).not.toContain(theirs?.id);
    });

    it.each(['outsider', 'nurse', 'commune', 'dashboard'])('%s does not', async (role) => {
      const answer = await publish(publication(service.demo.patients.given.ins, `urn:oid:2.25.88${role.length}0`, 'Texte.'), role);
      expect([403, 404]).toContain(answer.status);
    });
  });
});
