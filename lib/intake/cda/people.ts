import type { DocumentReference, Resource } from '@medplum/fhirtypes';
import type { IncomingDocument } from '../intake.ts';
import { type Author, author, custodian, directoryNumber, functionOf, professional } from './actors.ts';
import { became, doubt, type Trail } from './trail.ts';
import { attr, child, children, type XmlElement } from './xml.ts';

const ROOT = '/ClinicalDocument';

export type People = {
  readonly contained: readonly Resource[];
  readonly elements: Pick<DocumentReference, 'author' | 'authenticator' | 'custodian'>;
};

/** Who wrote, signed and keeps the document; the custodian that is not the sending structure is a doubt, as a facility is in HL7 v2 (contracts.md 5). */
export function readPeople(document: XmlElement, senderFiness: string, trail: Trail): People {
  const authors: Author[] = [];
  for (const [index, element] of children(document, 'author').entries()) {
    const written = author(child(element, 'assignedAuthor'), `author-${index + 1}`, senderFiness);
    if (written === undefined) continue;
    became(trail, `${ROOT}/author[${index + 1}]`, `DocumentReference.author[${authors.length}]`);
    authors.push(written);
  }
  const authenticator = professional(child(document, 'legalAuthenticator', 'assignedEntity'), 'authenticator');
  const keeper = custodian(child(document, 'custodian'));
  if (authenticator) became(trail, `${ROOT}/legalAuthenticator`, 'DocumentReference.authenticator');
  if (keeper) became(trail, `${ROOT}/custodian`, 'DocumentReference.custodian');
  if (authors.length === 0) doubt(trail, 'cda-author', `${ROOT}/author`, 'No author is named.', "Indiquez l'auteur du document.");
  if (keeper === undefined)
    doubt(trail, 'cda-custodian', `${ROOT}/custodian`, 'No custodian is named.', 'Indiquez la structure qui conserve le document.');
  if (keeper?.finess !== undefined && keeper.finess !== senderFiness) {
    doubt(
      trail,
      'cda-custodian-not-sender',
      `${ROOT}/custodian//id/@extension`,
      'The custodian is not the structure of the client that sends.',
      "Vérifiez le FINESS de l'établissement.",
    );
  }
  return {
    contained: [...authors, authenticator, keeper].flatMap((actor): readonly Resource[] => actor?.contained ?? []),
    elements: {
      ...(authors.length > 0 && { author: authors.map(({ reference }) => reference) }),
      ...(authenticator && { authenticator: authenticator.reference }),
      ...(keeper && { custodian: keeper.reference }),
    },
  };
}

/** Recipients by RPPS, else by PS_IdNat. */
export function readRecipients(document: XmlElement, trail: Trail): IncomingDocument['recipients'] {
  return children(document, 'informationRecipient').flatMap((element, index) => {
    const place = `${ROOT}/informationRecipient[${index + 1}]/intendedRecipient`;
    const identifier = directoryNumber(child(element, 'intendedRecipient'), place, trail);
    if (identifier === undefined) {
      doubt(trail, 'cda-recipient', `${place}/id`, 'A recipient has no number of the directory.', 'Indiquez le RPPS du destinataire.');
    }
    return identifier ?? [];
  });
}

/** Participant INF with the function PCP (interop.md 9.1). Being named never makes him the médecin traitant (domain.md A-26). */
export function readMedecinTraitant(document: XmlElement, trail: Trail): IncomingDocument['namedMedecinTraitant'] {
  const index = children(document, 'participant').findIndex(
    (element) => attr(element, 'typeCode') === 'INF' && functionOf(element) === 'PCP',
  );
  const participant = children(document, 'participant')[index];
  return (
    participant && directoryNumber(child(participant, 'associatedEntity'), `${ROOT}/participant[${index + 1}]/associatedEntity`, trail)
  );
}
