import { NAMING_BASE } from '../../fhir/vocabulary.ts';
import { type Repetition, text } from './er7.ts';
import type { Reading } from './reading.ts';

/** An assigning authority: HD in a CX, or the last components of an EI. */
type Authority = { readonly name: string; readonly id: string };

const OID = /^[0-2](?:\.(?:0|[1-9][0-9]*))+$/;

/**
 * FHIR system of numbers that an authority gives. An OID is one whatever its declared type (senders type it `L`, or put
 * it where the name goes); anything else, a FINESS included, is a name inside the namespace of the client; no name at
 * all is the sender's facility, so that two hospitals never share a number by saying nothing.
 * @see contracts.md 3; interop.md 1.4 and 11 (traps 5, 12, 44); peers.md C 43
 */
function systemFor({ name, id }: Authority, { context, senderName }: Reading): string {
  if (OID.test(id)) return `urn:oid:${id}`;
  if (id === '' && OID.test(name)) return `urn:oid:${name}`;
  return `${NAMING_BASE}/${context.senderFiness}/${encodeURIComponent((name || id || senderName).toWellFormed())}`;
}

/** System of a CX (PID-3, PID-18, PV1-19): authority in CX.4. */
export function systemOfCx(reading: Reading, cx: Repetition): string {
  return systemFor({ name: text(cx, 4, 1), id: text(cx, 4, 2) }, reading);
}

/** System of an EI (ZBE-1): authority in EI.2 and EI.3. */
export function systemOfEi(reading: Reading, ei: Repetition): string {
  return systemFor({ name: text(ei, 2), id: text(ei, 3) }, reading);
}

/** System of the unit in a PL (PV1-3): facility in PL.4. */
export function systemOfPl(reading: Reading, pl: Repetition): string {
  return systemFor({ name: text(pl, 4, 1), id: text(pl, 4, 2) }, reading);
}

/** System of the number of an XON (ZBE-7, ZBE-8): authority in XON.6. */
export function systemOfXon(reading: Reading, xon: Repetition): string {
  return systemFor({ name: text(xon, 6, 1), id: text(xon, 6, 2) }, reading);
}
