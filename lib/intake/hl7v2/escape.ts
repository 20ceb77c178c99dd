import { decodeBytes, type Encoding } from './charset.ts';

/** Separators that a message declares in MSH-1 and MSH-2. */
export type Separators = {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
};

export const STANDARD_SEPARATORS: Separators = { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' };

/**
 * Text of a value: each escape sequence is replaced once and never looked at again. Bytes of `X..` are text of the
 * message's character set; a sequence that is none, or that we do not know, stays as it is written.
 * @see HL7 v2.5 §2.7
 */
export function unescapeText(raw: string, separators: Separators, encoding: Encoding): string {
  const parts = raw.split(separators.escape);
  let text = parts[0] ?? '';
  let index = 1;
  while (index < parts.length) {
    const said = parts[index] ?? '';
    const closed = index + 1 < parts.length;
    const meant = closed ? meaningOf(said, separators, encoding) : undefined;
    text += meant === undefined ? separators.escape + said : meant + (parts[index + 1] ?? '');
    index += meant === undefined ? 1 : 2;
  }
  // FHIR strings hold no control character but tab and line ends (R4 datatypes.html#string), nor half of a character.
  return text.replace(CONTROL, '').toWellFormed();
}

const CONTROL = /[^\P{Cc}\t\n\r\x7f-\x9f]/gu;

function meaningOf(sequence: string, separators: Separators, encoding: Encoding): string | undefined {
  const simple = simpleMeaning(sequence, separators);
  if (simple !== undefined) return simple;
  const space = /^\.sp\+?([0-9]{0,2})$/.exec(sequence);
  if (space !== null) return '\n'.repeat(Math.max(1, Number(space[1])));
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(sequence)) return decodeBytes(hexBytes(sequence.slice(1)), encoding);
  return undefined;
}

function simpleMeaning(sequence: string, separators: Separators): string | undefined {
  const meanings: Readonly<Record<string, string>> = {
    F: separators.field,
    S: separators.component,
    T: separators.subcomponent,
    R: separators.repetition,
    E: separators.escape,
    H: '',
    N: '',
    '.br': '\n',
  };
  return Object.hasOwn(meanings, sequence) ? meanings[sequence] : undefined;
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}

/** A text made safe inside a component: separators by their letters, control characters (line ends, framing) as hexadecimal. */
export function escapeText(text: string, separators: Separators): string {
  const letters = new Map([
    [separators.field, 'F'],
    [separators.component, 'S'],
    [separators.subcomponent, 'T'],
    [separators.repetition, 'R'],
    [separators.escape, 'E'],
  ]);
  return Array.from({ length: text.length }, (_, index) => text.charAt(index))
    .map((character) => {
      const letter = letters.get(character) ?? controlAsHex(character);
      return letter === undefined ? character : `${separators.escape}${letter}${separators.escape}`;
    })
    .join('');
}

function controlAsHex(character: string): string | undefined {
  const code = character.charCodeAt(0);
  return code < 0x20 ? `X${code.toString(16).toUpperCase().padStart(2, '0')}` : undefined;
}
