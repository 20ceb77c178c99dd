/** Why the gateway itself answers in place of the intake. */
export type Rejection = 'too-large' | 'intake-away';

const REASONS: Readonly<Record<Rejection, { readonly text: string; readonly remedy: string }>> = {
  'too-large': { text: 'Message larger than 20 MB', remedy: 'Envoyez un message de 20 Mo au plus.' },
  'intake-away': { text: 'The intake does not answer', remedy: 'renvoyez le même message' },
};

/** HL7 table 0357: application internal error. */
const APPLICATION_ERROR = '207';

/**
 * An AR acknowledgement of a message that was not handed over: its MSH-10 in MSA-2 when its beginning can be read.
 * Only ASCII is read and written, so that no charset can be wrong.
 * @param head the beginning of the message @param at the machine's clock
 * @see HL7 v2.5 §2.9.3 and contracts.md 5 (AR 207)
 */
export function rejectionOf(head: Uint8Array, rejection: Rejection, at: Date): Buffer {
  const { text, remedy } = REASONS[rejection];
  const { separators, sender, controlId, version } = headerOf(head);
  const [field = '|', component = '^'] = separators;
  const time = at.toISOString().replace(/[-:]|\.\d+Z$|T/g, '');
  const segments = [
    ['MSH', separators.slice(1), 'RELAIS', '', ...sender, `${time}+0000`, '', 'ACK', `R${at.getTime()}`, 'P', version],
    ['MSA', 'AR', controlId],
    ['ERR', '', '', [APPLICATION_ERROR, text, 'HL70357'].join(component), 'E', '', '', '', remedy],
  ];
  return Buffer.from(segments.map((segment) => `${segment.join(field)}\r`).join(''), 'latin1');
}

type Header = {
  readonly separators: string;
  readonly sender: readonly [string, string];
  readonly controlId: string;
  readonly version: string;
};

const NO_HEADER: Header = { separators: '|^~\\&', sender: ['', ''], controlId: '', version: '2.5' };

function headerOf(head: Uint8Array): Header {
  const text = Buffer.from(head).toString('latin1');
  const separators = /^MSH([^\w\s]{5})/.exec(text)?.[1];
  if (!separators) return NO_HEADER;
  const fields = (text.split(/[\r\n]/)[0] ?? '').split(separators.charAt(0));
  const ascii = (index: number): string => (fields[index] ?? '').replace(/[^\x20-\x7e]/g, '?');
  return { separators, sender: [ascii(2), ascii(3)], controlId: ascii(9), version: ascii(11) || NO_HEADER.version };
}
