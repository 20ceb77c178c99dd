import { sha256Hex } from '../../lib/platform/digest.ts';
import { makeKeys } from '../../lib/platform/ids.ts';
import type { TraceMark } from '../../lib/store/trace.ts';
import { BEGINNING, fileOf, nextLink, type SealLink, textOf } from '../../lib/usecases/seal-chain.ts';
import { type SealedFile, type Verdict, verifyTrace } from '../../lib/usecases/verify-trace.ts';

/** The trace as it stands in the table and in the bucket, for a test to tamper with. */
export type World = {
  readonly records: readonly TraceMark[];
  readonly links: readonly SealLink[];
  readonly head: unknown;
  readonly strays?: readonly SealLink[];
};

export const { sign } = makeKeys(Buffer.alloc(32, 5));
/** Of somebody who can write everywhere, and has not our key. */
const stranger = makeKeys(Buffer.alloc(32, 6)).sign;

export const SEALED_AT = '2026-03-01T08:00:00.000Z';
export const LATER = '2026-03-01T09:00:00.000Z';

/** A record as a function puts it; `by` somebody else it is a forgery. */
export function record(id: string, { says = id, at = SEALED_AT, by = sign } = {}): TraceMark {
  const key = { pk: `A#0123456789abcdef#${at.slice(0, 7)}`, sk: `${at}#${id}` };
  const hash = sha256Hex(says);
  return { key, hash, signature: by('record', key.pk, key.sk, hash) };
}

export function forged(id: string): TraceMark {
  return record(id, { by: stranger });
}

export function nameOf({ key }: TraceMark): string {
  return `${key.pk} ${key.sk}`;
}

/** Sealed batch by batch. */
export function world(batches: readonly (readonly TraceMark[])[]): World {
  const links: SealLink[] = [];
  for (const batch of batches) links.push(linkAfter(links.at(-1), batch));
  return { records: batches.flat(), links, head: headOf(links.at(-1)) };
}

export function linkAfter(
  before: SealLink | undefined,
  batch: readonly TraceMark[],
  over: Partial<Pick<SealLink, 'alterations' | 'at'>> & { by?: typeof sign } = {},
): SealLink {
  const entries = batch.map(({ key, hash }) => ({ key, hash }));
  return nextLink(before ?? BEGINNING, { entries, alterations: over.alterations ?? [] }, over.at ?? SEALED_AT, over.by ?? sign);
}

export function strangersLink(before: SealLink | undefined, batch: readonly TraceMark[]): SealLink {
  return linkAfter(before, batch, { by: stranger });
}

export function headOf(link: SealLink | undefined): unknown {
  return link === undefined ? undefined : { number: link.number, hash: link.hash, recent: [] };
}

export function filesOf({ links, strays = [] }: Pick<World, 'links' | 'strays'>): readonly SealedFile[] {
  return [...links, ...strays].map((link) => ({ name: fileOf(link), text: textOf(link) }));
}

export function verify({ records, head, ...rest }: World, files = filesOf(rest), now = LATER): Promise<Verdict> {
  return verifyTrace({ files: each(files), head, records: each(records), now, sign });
}

/** What was found, without the reason. */
export async function namesFound(of: World, files?: readonly SealedFile[], now?: string): Promise<readonly string[]> {
  const { findings } = await verify(of, files, now);
  return findings.map(({ kind, what, name }) => `${kind} ${what} ${name}`);
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
