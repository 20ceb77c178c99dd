import type { Encoding } from './charset.ts';
import { type Separators, unescapeText } from './escape.ts';
import { type Hl7Refusal, notEr7 } from './hl7-refusal.ts';

/** A message split into segments; fields are split when they are asked for. */
export type Message = {
  readonly separators: Separators;
  readonly encoding: Encoding;
  /** MSH first. */
  readonly segments: readonly [Segment, ...Segment[]];
};

export type Segment = {
  readonly name: string;
  /** 1 for the first segment of that name: ERR-2.2. */
  readonly sequence: number;
  /** `fields[n]` is field n as written (MSH-1 and MSH-2 counted as HL7 counts them); `fields[0]` is the name. */
  readonly fields: readonly string[];
  readonly separators: Separators;
  readonly encoding: Encoding;
};

/** One repetition of a field, with its place: `PID-3[2]`. */
export type Repetition = {
  readonly segment: Segment;
  readonly field: number;
  /** From 1. */
  readonly repetition: number;
  readonly components: readonly string[];
};

export type Er7Reading = { readonly ok: true; readonly value: Message } | { readonly ok: false; readonly refusals: readonly [Hl7Refusal] };

/**
 * Splits er7. Separators come from MSH-1 and MSH-2, whatever punctuation they are; lines end with CR, LF or CRLF;
 * blank lines and a missing last terminator are tolerated (interop.md 11, trap 16).
 * @returns AR 100 without MSH or with separators that cannot be told apart; AE 102 when a line is no segment
 * @see HL7 v2.5 §2.5, §2.6
 */
export function parseEr7(text: string, encoding: Encoding): Er7Reading {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const separators = separatorsOf(lines[0] ?? '');
  if (separators === undefined) return { ok: false, refusals: [NO_SEPARATORS] };
  const odd = lines.findIndex((line) => !isSegment(line, separators));
  if (odd >= 0) return { ok: false, refusals: [noSegment(odd)] };
  const seen = new Map<string, number>();
  const [msh, ...others] = lines.map((line): Segment => {
    const name = line.slice(0, 3);
    const sequence = (seen.get(name) ?? 0) + 1;
    seen.set(name, sequence);
    const parts = line.split(separators.field);
    const fields = name === 'MSH' ? [name, separators.field, ...parts.slice(1)] : parts;
    return { name, sequence, fields, separators, encoding };
  });
  if (msh === undefined) return { ok: false, refusals: [NO_SEPARATORS] };
  return { ok: true, value: { separators, encoding, segments: [msh, ...others] } };
}

const NO_SEPARATORS = notEr7('separators-unreadable', 'No MSH, or MSH-1 and MSH-2 declare no usable separators.');

/** Separators that an MSH line declares, or undefined when they are no five different punctuation marks. */
export function separatorsOf(line: string): Separators | undefined {
  if (!line.startsWith('MSH')) return undefined;
  const field = line.charAt(3);
  const declared = line.slice(4).split(field)[0] ?? '';
  const marks = [field, ...Array.from(declared)];
  // A fifth mark in MSH-2 is the truncation character of HL7 v2.7. `"` is taken by `""`, which deletes.
  const usable =
    marks.length >= 5 && marks.length <= 6 && new Set(marks).size === marks.length && marks.every((mark) => /^[!#-/:-@[-`{-~]$/.test(mark));
  if (!usable) return undefined;
  const [, component = '', repetition = '', escaping = '', subcomponent = ''] = marks;
  return { field, component, repetition, escape: escaping, subcomponent };
}

function isSegment(line: string, { field }: Separators): boolean {
  // Framing bytes inside a message are two messages run together (peers.md C 34).
  return (
    /^[A-Z][A-Z0-9]{2}/.test(line) &&
    (line.length === 3 || line.charAt(3) === field) &&
    !line.includes('\u000b') &&
    !line.includes('\u001c')
  );
}

function noSegment(index: number): Hl7Refusal {
  return {
    category: 'not-understood',
    code: 'line-is-no-segment',
    ack: 'AE',
    err: '102',
    diagnostics: `Line ${index + 1} is no segment: three capitals or digits and the field separator, without framing bytes.`,
    remedy: 'Remplacez les fins de ligne à l’intérieur des champs par la séquence .br, un message par envoi.',
  };
}

/** First segment of that name. */
export function segmentOf(message: Message, name: string): Segment | undefined {
  return message.segments.find((segment) => segment.name === name);
}

/** All segments of that name, in order. */
export function segmentsOf(message: Message, name: string): readonly Segment[] {
  return message.segments.filter((segment) => segment.name === name);
}

/** Repetitions of a field that say something, each keeping its place; none for an absent or empty field. */
export function repetitions(segment: Segment | undefined, field: number): readonly Repetition[] {
  const written = segment?.fields[field] ?? '';
  if (segment === undefined || written === '') return [];
  const { component, repetition } = segment.separators;
  return written
    .split(repetition)
    .map((raw, index) => ({ segment, field, repetition: index + 1, components: raw.split(component) }))
    .filter(({ components }) => components.some((part) => part !== ''));
}

/** First repetition of a field. */
export function first(segment: Segment | undefined, field: number): Repetition | undefined {
  return repetitions(segment, field).find(({ repetition }) => repetition === 1);
}

/** Unescaped text of a component (from 1), or of one of its subcomponents; empty when absent, empty or deleted. */
export function text(repetition: Repetition | undefined, component = 1, subcomponent = 1): string {
  const raw = rawOf(repetition, component, subcomponent);
  return repetition === undefined || raw === '""'
    ? ''
    : unescapeText(raw, repetition.segment.separators, repetition.segment.encoding).trim();
}

/** Whether a component is `""`: the sender deletes it, where an empty one says nothing (HL7 v2.5 §2.5.3). */
export function isDeleted(repetition: Repetition | undefined, component = 1): boolean {
  return rawOf(repetition, component, 1) === '""';
}

function rawOf(repetition: Repetition | undefined, component: number, subcomponent: number): string {
  const written = repetition?.components[component - 1] ?? '';
  return written === '' ? '' : (written.split(repetition?.segment.separators.subcomponent ?? '&')[subcomponent - 1] ?? '');
}

/** Place for the dry run: `PID-3[2].4.2`; a first repetition and whole components are left unsaid. */
export function placeOf({ segment, field, repetition }: Repetition, component?: number, subcomponent?: number): string {
  const parts = [component, subcomponent].filter((part) => part !== undefined).map((part) => `.${part}`);
  return `${segment.name}-${field}${repetition === 1 ? '' : `[${repetition}]`}${parts.join('')}`;
}

/** Place for ERR-2: `PID^1^3^2^4^2`. */
export function locationOf({ segment, field, repetition }: Repetition, component?: number, subcomponent?: number): string {
  return [segment.name, segment.sequence, field, repetition, component, subcomponent].filter((part) => part !== undefined).join('^');
}
