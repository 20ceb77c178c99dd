import type { Coding } from '@medplum/fhirtypes';
import type { Ref, RelaisResource } from '../fhir/types.ts';
import { EXTENSION, SYSTEM } from '../fhir/vocabulary.ts';
import { codeOf, etatOf, extensionsOf, isOpposition, refsOf } from './elements.ts';

/** Traits that a type tells in elements of its own. */
export type Particular = {
  readonly addressees?: readonly (Ref | undefined)[];
  readonly about?: readonly (Ref | undefined)[];
  readonly performers?: readonly (Ref | undefined)[];
  readonly labels?: readonly Coding[];
  readonly structure?: Ref | undefined;
  readonly owner?: Ref | undefined;
  readonly requester?: Ref | undefined;
  readonly documentType?: string | undefined;
  readonly taskCode?: string | undefined;
  readonly etat?: string | undefined;
  readonly date?: string | undefined;
  readonly status?: string | undefined;
  readonly draft?: boolean;
  readonly thirdParty?: boolean;
  readonly opposition?: boolean;
  readonly traceOfPermit?: boolean;
};

/** States of M1 before the coordinator has it, and of M3 before it is valid (contracts.md 3, "Drafts"). */
const DRAFT_STATES: ReadonlySet<string> = new Set(['brouillon', 'envoyee', 'en-concertation', 'pret']);

/** What one type says of what the decision looks at. */
export function particularOf(resource: RelaisResource): Particular {
  switch (resource.resourceType) {
    case 'DocumentReference':
      return {
        status: resource.status,
        labels: (resource.securityLabel ?? []).flatMap(({ coding }) => coding ?? []),
        addressees: extensionsOf(resource, EXTENSION.destinataire).map(({ valueReference }) => valueReference?.reference),
        about: [...refsOf(resource.context?.encounter), ...refsOf(resource.context?.related)],
        documentType: codeOf(resource.type),
        date: resource.date,
      };
    case 'Task': {
      const etat = codeOf(resource.businessStatus, SYSTEM.etat);
      const taskCode = codeOf(resource.code, SYSTEM.tache);
      return {
        status: resource.status,
        owner: resource.owner?.reference,
        requester: resource.requester?.reference,
        about: [resource.encounter?.reference, resource.focus?.reference, ...refsOf(resource.basedOn), ...refsOf(resource.partOf)],
        taskCode,
        etat,
        draft: resource.status === 'draft' || (taskCode === 'demande-appui' && isDraftState(etat)),
        date: resource.authoredOn,
      };
    }
    case 'ServiceRequest': {
      const etat = etatOf(resource);
      return {
        status: resource.status,
        requester: resource.requester?.reference,
        performers: refsOf(resource.performer),
        about: [resource.encounter?.reference, ...refsOf(resource.supportingInfo), ...refsOf(resource.reasonReference)],
        etat,
        draft: resource.status === 'draft' || isDraftState(etat),
        date: resource.authoredOn,
      };
    }
    case 'CarePlan': {
      const etat = etatOf(resource);
      const performers = (resource.activity ?? []).flatMap(({ detail }) => refsOf(detail?.performer));
      return {
        status: resource.status,
        requester: resource.author?.reference,
        performers: [...performers, ...refsOf(resource.contributor)],
        about: [resource.encounter?.reference],
        etat,
        draft: resource.status === 'draft',
        date: resource.created,
      };
    }
    case 'Encounter':
      return {
        status: resource.status,
        structure: resource.serviceProvider?.reference,
        about: [`Encounter/${resource.id ?? ''}`, ...refsOf(resource.episodeOfCare)],
        etat: etatOf(resource),
      };
    case 'EpisodeOfCare':
      return { status: resource.status, about: [`EpisodeOfCare/${resource.id ?? ''}`], etat: etatOf(resource) };
    case 'Condition':
      return { about: [resource.encounter?.reference], date: resource.recordedDate, status: codeOf(resource.verificationStatus) };
    case 'QuestionnaireResponse': {
      const told = [resource.source?.reference, resource.author?.reference];
      return {
        status: resource.status,
        requester: resource.author?.reference,
        about: [resource.encounter?.reference],
        date: resource.authored,
        thirdParty: told.some((ref) => ref?.startsWith('RelatedPerson/')),
      };
    }
    case 'Consent':
      return {
        status: resource.status,
        etat: etatOf(resource),
        opposition: isOpposition(resource),
        about: (resource.provision?.provision ?? []).flatMap(({ data }) => refsOf(data?.map(({ reference }) => reference))),
      };
    case 'AuditEvent':
      return { about: refsOf(resource.entity?.flatMap(({ what }) => what ?? [])), traceOfPermit: resource.outcome === '0' };
    case 'MeasureReport':
      return { structure: resource.subject?.reference ?? resource.reporter?.reference };
    case 'Goal':
      return { status: resource.lifecycleStatus, requester: resource.expressedBy?.reference };
    case 'CareTeam':
      return { status: resource.status };
    case 'Binary':
    case 'Device':
    case 'Measure':
    case 'Organization':
    case 'Patient':
    case 'Practitioner':
    case 'PractitionerRole':
    case 'RelatedPerson':
    case 'Subscription':
      return {};
  }
}

function isDraftState(etat: string | undefined): boolean {
  return etat !== undefined && DRAFT_STATES.has(etat);
}
