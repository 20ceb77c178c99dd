import type { Coding } from '@medplum/fhirtypes';
import type { Ref, RelaisResource, ResourceType } from '../fhir/types.ts';
import { CATEGORIES, CONFIDENTIALITY, SYSTEM, TRE_A07 } from '../fhir/vocabulary.ts';
import type { Instant } from '../platform/instant.ts';
import type { Category } from './facts.ts';
import { firstMomentOf } from './moments.ts';
import { particularOf } from './particulars.ts';

/** Who wrote the first version of a resource; kept by the store outside the resource, where no client can set it. */
export type Author = { readonly reference: Ref; readonly structure?: Ref };

/** What `decide` needs to know of a resource. */
export type ResourceTraits = {
  readonly type: ResourceType;
  /** `Type/id`. */
  readonly ref: Ref;
  readonly author: Author;
  readonly categories: readonly Category[];
  /** v3-Confidentiality: the columns DocN, DocR, DocV of domain.md 4.4. */
  readonly confidentiality: 'N' | 'R' | 'V';
  /** TRE_A07 MASQUE_PS: nobody but its author reads it among professionals. */
  readonly masked: boolean;
  /** To be read where it lies, by no token: an intervision report. */
  readonly onSite: boolean;
  readonly invisibleToPatient: boolean;
  readonly invisibleToRepresentatives: boolean;
  /** L-22: collected from or about somebody else. */
  readonly thirdParty: boolean;
  readonly enteredInError: boolean;
  /** Seen by its author and those who work on it only (contracts.md 3). */
  readonly draft: boolean;
  /** Consent that denies an actor or a document: nobody but patient, representative, coordinator and DPO learns of it. */
  readonly opposition: boolean;
  /** Code of the document's type (LOINC, TRE_A05). */
  readonly documentType?: string;
  readonly addressees: readonly Ref[];
  /** Establishment of a stay, reporter of a MeasureReport. */
  readonly structure?: Ref;
  readonly owner?: Ref;
  readonly requester?: Ref;
  readonly performers: readonly Ref[];
  /** Task.code in our system. */
  readonly taskCode?: string;
  /** State of its machine, French slug. */
  readonly etat?: string;
  /** What it speaks of: stay, episode, document, task. */
  readonly about: readonly Ref[];
  /** When it reached us, as far as one version can tell. */
  readonly receivedAt?: Instant;
  /** AuditEvent: whether access was permitted. */
  readonly traceOfPermit?: boolean;
};

/** An untagged resource of these types is `medical` (contracts.md 3). */
const CLINICAL: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'CarePlan',
  'Condition',
  'DocumentReference',
  'Encounter',
  'EpisodeOfCare',
  'Goal',
  'QuestionnaireResponse',
  'ServiceRequest',
]);

/**
 * What the decision looks at in a resource. An untagged clinical resource is `medical`; an unknown confidentiality code
 * counts as very restricted.
 * @see domain.md 4 (facts of the resource), 4.6 (categories)
 */
export function traitsOf(resource: RelaisResource, author: Author): ResourceTraits {
  const particular = particularOf(resource);
  const labels = [...(resource.meta?.security ?? []), ...(particular.labels ?? [])];
  const has = (code: string): boolean => labels.some((label) => label.system === TRE_A07 && label.code === code);
  const receivedAt = resource.meta?.versionId === '1' ? firstMomentOf(resource.meta.lastUpdated) : firstMomentOf(particular.date);
  return {
    type: resource.resourceType,
    ref: `${resource.resourceType}/${resource.id ?? ''}`,
    author,
    categories: categoriesOf(resource.resourceType, labels),
    confidentiality: confidentialityOf(labels),
    masked: has('MASQUE_PS'),
    onSite: isVisible(labels, 'sur-place'),
    invisibleToPatient: has('INVISIBLE_PATIENT'),
    invisibleToRepresentatives: has('INVISIBLE_REPRESENTANTS_LEGAUX'),
    thirdParty: particular.thirdParty === true || isVisible(labels, 'tiers'),
    enteredInError: particular.status === 'entered-in-error',
    draft: particular.draft === true,
    opposition: particular.opposition === true,
    addressees: present(particular.addressees),
    performers: present(particular.performers),
    about: present(particular.about),
    ...(particular.structure ? { structure: particular.structure } : {}),
    ...(particular.owner ? { owner: particular.owner } : {}),
    ...(particular.requester ? { requester: particular.requester } : {}),
    ...(particular.documentType ? { documentType: particular.documentType } : {}),
    ...(particular.taskCode ? { taskCode: particular.taskCode } : {}),
    ...(particular.etat ? { etat: particular.etat } : {}),
    ...(receivedAt ? { receivedAt } : {}),
    ...(particular.traceOfPermit === undefined ? {} : { traceOfPermit: particular.traceOfPermit }),
  };
}

function isVisible(labels: readonly Coding[], wanted: 'tiers' | 'sur-place'): boolean {
  return labels.some(({ system, code }) => system === SYSTEM.visibilite && code === wanted);
}

function categoriesOf(type: ResourceType, labels: readonly Coding[]): readonly Category[] {
  const tagged = labels.flatMap(({ system, code }) => (system === SYSTEM.categorie ? CATEGORIES.filter((known) => known === code) : []));
  if (tagged.length > 0) return [...new Set(tagged)];
  return CLINICAL.has(type) ? ['medical'] : [];
}

function confidentialityOf(labels: readonly Coding[]): 'N' | 'R' | 'V' {
  const said = labels.filter(({ system }) => system === CONFIDENTIALITY || system === CONFIDENTIALITY_OID).map(({ code }) => code ?? '');
  if (said.some((code) => !OPEN_CODES.has(code) && code !== 'R')) return 'V';
  return said.includes('R') ? 'R' : 'N';
}

/** How XDS-minded senders write the same system (interop.md 4.4). */
const CONFIDENTIALITY_OID = 'urn:oid:2.16.840.1.113883.5.25';
/** Unrestricted, low, moderate, normal. */
const OPEN_CODES: ReadonlySet<string> = new Set(['U', 'L', 'M', 'N']);

function present(refs: readonly (Ref | undefined)[] | undefined): readonly Ref[] {
  return (refs ?? []).filter((ref) => ref !== undefined);
}
