import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { SEARCH_PARAMETERS } from './generated/search-parameters.js';
import { isResourceType, profileOf, RESOURCE_TYPES } from './resource-types.ts';
import { includesOf, revIncludesOf } from './search/parse-include.ts';
import type { ResourceType } from './types.ts';
import { BASE } from './vocabulary.ts';

/**
 * What this server does, from the rows that its router uses.
 * @param fhirBase without trailing slash
 * @param date when it was asked: the statement is made at each request
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
export function capabilityStatement(fhirBase: string, date: string): CapabilityStatement {
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
    implementation: { description: 'Relais', url: fhirBase },
    rest: [
      {
        mode: 'server',
        documentation:
          'Every answer is decided by consent and circle of care; absent and not yours answer alike (404). _lastUpdated tells what was written, not what became visible. A transaction weighs at most 100 items (a create 1, an update or a deletion 2, each identifier 1 (INS, IPP, master identifier 2), an owned task or a deadline 1 each, each resource outside that is pointed at 1, a condition that found nothing 1, changed access facts 2), else 422 too-costly. Chained parameters and _has follow at most 5 references, over what the requester may see. _filter, _text, _content, and the modifiers :in, :not-in, :above and :below of tokens are refused by name.',
        security: {
          cors: true,
          service: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }] }],
          description: 'RS256 bearer tokens; see .well-known/smart-configuration.',
        },
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        operation: SYSTEM_OPERATIONS.map(({ name, on }) => ({ name, definition: `http://hl7.org/fhir/OperationDefinition/${on}-${name}` })),
        resource: types.map(resourceRow),
      },
    ],
  };
}

/** Operations that look at no patient (`functions/api/operations.ts`). */
const SYSTEM_OPERATIONS = [
  { name: 'validate', on: 'Resource' },
  { name: 'lookup', on: 'CodeSystem' },
  { name: 'validate-code', on: 'CodeSystem' },
  { name: 'validate-code', on: 'ValueSet' },
  { name: 'expand', on: 'ValueSet' },
] as const;

function resourceRow(type: ResourceType): CapabilityStatementRestResource {
  const { interactions, carrier } = RESOURCE_TYPES[type];
  const isSearched = interactions.includes('search-type');
  const includes = isSearched ? includesOf(type) : [];
  const revIncludes = isSearched ? revIncludesOf(type) : [];
  const operations = [
    ...(carrier
      ? [
          { name: 'event', definition: `${BASE}/OperationDefinition/event` },
          { name: 'events', definition: `${BASE}/OperationDefinition/events` },
        ]
      : []),
    ...(type === 'Patient' ? [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }] : []),
    ...(type === 'Measure'
      ? [{ name: 'evaluate-measure', definition: 'http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure' }]
      : []),
  ];
  return {
    type,
    profile: profileOf(type),
    interaction: interactions.map((code) => ({ code })),
    versioning: interactions.includes('update') ? 'versioned-update' : interactions.includes('vread') ? 'versioned' : 'no-version',
    readHistory: interactions.includes('history-instance'),
    updateCreate: interactions.includes('create') && interactions.includes('update'),
    conditionalRead: interactions.includes('read') ? 'full-support' : 'not-supported',
    // A condition is a search.
    conditionalCreate: isSearched && interactions.includes('create'),
    conditionalUpdate: isSearched && interactions.includes('update'),
    conditionalDelete: isSearched && interactions.includes('delete') ? 'single' : 'not-supported',
    ...(isSearched ? { searchParam: Object.values(SEARCH_PARAMETERS[type]).map(({ name, type: kind }) => ({ name, type: kind })) } : {}),
    ...(includes.length > 0 ? { searchInclude: ['*', ...includes] } : {}),
    ...(revIncludes.length > 0 ? { searchRevInclude: ['*', ...revIncludes] } : {}),
    ...(operations.length > 0 ? { operation: operations } : {}),
  };
}
