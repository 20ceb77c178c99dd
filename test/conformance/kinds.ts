/** What a file is, by its content: extensions of real exports say little. */
export type Kind = 'hl7v2' | 'cda' | 'fhir-json' | 'fhir-xml' | 'other';

export function kindOf(bytes: Uint8Array): Kind {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 4_000)).replace(/^(?:ï»¿|\s)+/, '');
  if (/^MSH./.test(text)) return 'hl7v2';
  if (/<(?:\w+:)?ClinicalDocument[\s>]/.test(text) || /urn:hl7-org:v3/.test(text)) return 'cda';
  if (/^<[\s\S]*xmlns="http:\/\/hl7\.org\/fhir"/.test(text)) return 'fhir-xml';
  return typeOf(bytes) === undefined ? 'other' : 'fhir-json';
}

/** `resourceType` of a JSON body. */
export function typeOf(bytes: Uint8Array): string | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof json === 'object' && json !== null && 'resourceType' in json && typeof json.resourceType === 'string'
      ? json.resourceType
      : undefined;
  } catch {
    // No JSON: some other kind of file.
    return undefined;
  }
}

/** Who would send it: documents come from a DMP-like system, all else from the coordinator's software. */
export function senderOf(type: string): 'dmp' | 'coordinator' {
  return type === 'DocumentReference' ? 'dmp' : 'coordinator';
}
