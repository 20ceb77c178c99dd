import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import { type Refusal, type Result, refused } from '../platform/refusal.ts';
import type { Caller } from './caller.ts';
import type { Ports } from './ports.ts';
import { type SearchAnswer, type SearchRequest, search } from './search.ts';

/**
 * `GET Patient/<id>/<Type>?…`: the search of that type in the record of one person, decided, bounded and traced as any
 * search that names its patient. Refused for a type that no record holds.
 * @see https://hl7.org/fhir/R4/http.html#vsearch
 */
export async function searchCompartment(
  ports: Ports,
  caller: Caller,
  patientId: string,
  request: SearchRequest,
): Promise<Result<SearchAnswer>> {
  const { compartment, interactions } = RESOURCE_TYPES[request.type];
  if (compartment === 'none' || !interactions.includes('search-type')) return refused(notInRecord(request.type));
  const id = encodeURIComponent(patientId);
  const place = request.type === 'Patient' ? `_id=${id}` : `patient=Patient/${id}`;
  return search(ports, caller, { ...request, rawQuery: [place, request.rawQuery].filter(Boolean).join('&') });
}

function notInRecord(type: ResourceType): Refusal {
  return {
    category: 'not-found',
    code: 'not-in-compartment',
    diagnostics: `${type} is not searched in the compartment of a Patient.`,
    remedy:
      type === 'AuditEvent'
        ? 'Cherchez AuditEvent?patient=Patient/<id>.'
        : `Cherchez ${type} sans patient ; Patient/<id>/$everything donne tout le dossier.`,
  };
}
