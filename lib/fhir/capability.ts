import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { searchParametersOf } from './generated/search-parameters.js';
import { isResourceType, profileOf, RESOURCE_TYPES } from './resource-types.ts';
import { includesOf, revIncludesOf } from './search/parse-include.ts';
import type { ResourceType } from './types.ts';
import { BASE } from './vocabulary.ts';

/** Sizes that a client must know beforehand. */
export type Limits = {
  /** Items that one transaction weighs at most. */
  readonly transactionItemsMax: number;
  readonly batchEntriesMax: number;
};

/**
 * What this server does, from the rows that its router uses.
 * @param fhirBase without trailing slash
 * @param date when it was asked: the statement is made at each request
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
export function capabilityStatement(fhirBase: string, date: string, limits: Limits): CapabilityStatement {
  const types = Object.keys(RESOURCE_TYPES).filter(isResourceType);
  return {
    resourceType: 'CapabilityStatement',
    url: `${BASE}/CapabilityStatement/relais`,
    version: '0.1.0',
    name: 'Relais',
    title: 'Relais : coordination ville-hôpital',
    status: 'active',
    date,
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
    software: { name: 'Relais', version: '0.1.0' },
    implementation: { description: 'Relais', url: fhirBase },
    rest: [
      {
        mode: 'server',
        documentation: documentationOf(limits),
        security: {
          cors: true,
          service: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }] }],
          description: 'RS256 bearer tokens; see .well-known/smart-configuration.',
        },
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        resource: [...types.map(resourceRow), ...TERMINOLOGY],
      },
    ],
  };
}

function documentationOf({ transactionItemsMax, batchEntriesMax }: Limits): string {
  return [
    'Every answer is decided by consent and circle of care; absent and not yours answer alike (404).',
    '_lastUpdated and _since tell what was written, not what became visible.',
    `A transaction weighs at most ${transactionItemsMax} items, else it is refused (422 too-costly) before anything is written: a create weighs 1, an update or a deletion 2, each identifier that is unique in the network (INS, IPP, stay, movement, master identifier) 1, other ones nothing until they are taken away (1), an owned task or a deadline 1 each, each resource outside that is pointed at 1, a condition that found nothing 1, changed access facts 2. A bundle of conditional entries may be posted again.`,
    `A batch has at most ${batchEntriesMax} entries. Operations in Bundles: GET Patient/[id]/$everything alone.`,
    'A history of a type is told inside one patient (patient=…, or the person’s own); across patients it is refused (422 too-costly): [type]?_lastUpdated=ge… tells what changed.',
    'Chained parameters and _has follow at most 5 references, over what the requester may see.',
    'Modifiers :in, :not-in, :above and :below of tokens work on the value sets and code systems carried here. _filter, _list, _query and _contained are refused by name. GET Patient/[id]/[type] searches one record.',
  ].join(' ');
}

type Operation = { readonly name: string; readonly definition: string };

function standard(on: string, name: string): Operation {
  return { name, definition: `http://hl7.org/fhir/OperationDefinition/${on}-${name}` };
}

/** Types of which nothing is stored here but what the build carries (`functions/api/operations.ts`). */
const TERMINOLOGY: readonly CapabilityStatementRestResource[] = [
  { type: 'CodeSystem', operation: [standard('CodeSystem', 'lookup'), standard('CodeSystem', 'validate-code')] },
  { type: 'ValueSet', operation: [standard('ValueSet', 'expand'), standard('ValueSet', 'validate-code')] },
];

const MADE: readonly ResourceType[] = ['AuditEvent', 'Measure', 'MeasureReport'];

/** Whether resources of a type are kept as written. The others are made when they are asked for, at their own addresses alone, and have no versions. */
export function isStored(type: ResourceType): boolean {
  return !MADE.includes(type);
}

/** From the directory no search leads into the records (`search-across.ts`). @param source `CareTeam:participant` */
function isWithin(type: ResourceType, source: string): boolean {
  const [from = ''] = source.split(':');
  return RESOURCE_TYPES[type].compartment !== 'none' || (isResourceType(from) && RESOURCE_TYPES[from].compartment === 'none');
}

function resourceRow(type: ResourceType): CapabilityStatementRestResource {
  const { interactions, carrier, compartment } = RESOURCE_TYPES[type];
  const isSearched = interactions.includes('search-type');
  const includes = isSearched && isStored(type) ? includesOf(type) : [];
  const revIncludes = isSearched && isStored(type) ? revIncludesOf(type).filter((source) => isWithin(type, source)) : [];
  const operations: Operation[] = [
    standard('Resource', 'validate'),
    ...(carrier
      ? [
          { name: 'event', definition: `${BASE}/OperationDefinition/event` },
          { name: 'events', definition: `${BASE}/OperationDefinition/events` },
        ]
      : []),
    ...(type === 'Patient' ? [standard('Patient', 'everything')] : []),
    ...(type === 'Measure' ? [standard('Measure', 'evaluate-measure')] : []),
  ];
  return {
    type,
    profile: profileOf(type),
    interaction: interactions.map((code) => ({ code })),
    // Never `versioned-update`, which would say that If-Match is required.
    versioning: isStored(type) ? 'versioned' : 'no-version',
    readHistory: interactions.includes('history-instance'),
    // A Consent is created by POST alone (`create-with-id.ts`).
    updateCreate: interactions.includes('create') && interactions.includes('update') && type !== 'Consent',
    conditionalRead: isStored(type) ? 'full-support' : 'not-supported',
    // A condition is a search.
    conditionalCreate: isSearched && interactions.includes('create'),
    conditionalUpdate: isSearched && interactions.includes('update'),
    conditionalDelete: isSearched && interactions.includes('delete') ? 'single' : 'not-supported',
    referencePolicy: ['literal', 'logical', 'local', 'enforced'],
    ...(isSearched && type !== 'Measure'
      ? {
          searchParam: Object.values(searchParametersOf(type)).map(({ name, type: kind, definition }) => ({
            name,
            definition,
            type: kind,
          })),
        }
      : {}),
    ...(includes.length > 0 ? { searchInclude: ['*', ...includes] } : {}),
    ...(revIncludes.length > 0 ? { searchRevInclude: [...(compartment === 'none' ? [] : ['*']), ...revIncludes] } : {}),
    operation: operations,
  };
}
