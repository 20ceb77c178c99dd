import type { Instant } from '../platform/instant.ts';
import { shift } from '../platform/instant.ts';
import type { Key } from '../store/table.ts';
import { isSigned, type Sign, type TraceMark } from '../store/trace.ts';
import { BEGINNING, fileOf, headIn, isOurs, isWhole, linkIn, type SealLink, textOf } from './seal-chain.ts';

/** A file of the sealed chain as it was first written, and what became of it since (a bucket with versions tells; a folder does not). */
export type SealedFile = { readonly name: string; readonly text: string; readonly since?: 'changed' | 'removed' };

export type Finding = {
  readonly kind: 'removed' | 'changed' | 'inserted' | 'unsealed';
  readonly what: 'record' | 'link';
  /** Of a record: partition and sort key; of a link: its file. */
  readonly name: string;
  /** In French: how it is known. */
  readonly why: string;
};

export type Verdict = {
  readonly records: number;
  readonly links: number;
  /** Younger than a minute: the sealer has not come by yet. */
  readonly pending: number;
  readonly findings: readonly Finding[];
};

export type SealedTrace = {
  readonly files: AsyncIterable<SealedFile>;
  /** The document under `KEY.sealHead`. */
  readonly head: unknown;
  /** Read after files and head: what came meanwhile is younger than a minute. */
  readonly records: AsyncIterable<TraceMark>;
  /** Before anything was read, by the service's clock. */
  readonly now: Instant;
  readonly sign: Sign;
};

/** What was put so lately need not be sealed yet. */
const SEALED_WITHIN_MS = 60_000;

/**
 * Compares the table of the trace with its sealed chain, and the chain with itself: names each record and each link that
 * was removed, changed or inserted. A link that lost a race to the head stays in the bucket and is no finding: what
 * it seals is sealed by the one that won.
 */
export async function verifyTrace({ files, head, records, now, sign }: SealedTrace): Promise<Verdict> {
  const findings = new Map<string, Finding>();
  const find = (kind: Finding['kind'], what: Finding['what'], name: string, why: string): void => {
    const one = `${kind}|${what}|${name}`;
    if (!findings.has(one)) findings.set(one, { kind, what, name, why });
  };
  const young = shift(now, -SEALED_WITHIN_MS);
  const bucket = await readBucket(files, sign, find);
  const { chained, loose } = chainOf(bucket, head, find);
  const sealed = sealedIn(chained, find);
  let pending = 0;
  for (const link of loose) {
    if (link.entries.every(({ key, hash }) => sealed.get(nameOf(key))?.hash === hash)) continue;
    if (link.at <= young) find('removed', 'link', fileOf(link), 'détaché de la chaîne : la tête ne mène plus à lui');
    sealedIn([link], find, sealed);
  }

  let count = 0;
  const missing = new Map(sealed);
  for await (const record of records) {
    count += 1;
    const name = nameOf(record.key);
    missing.delete(name);
    const seal = sealed.get(name);
    const isGenuine = isSigned(record, sign);
    if (seal && (seal.hash !== record.hash || !isGenuine))
      find('changed', 'record', name, `autre que ce que le maillon ${seal.link} a scellé`);
    else if (!isGenuine) find('inserted', 'record', name, 'aucune fonction de Relais ne l’a signé');
    else if (!seal && record.key.sk >= young) pending += 1;
    else if (!seal) find('unsealed', 'record', name, 'son sceau manque : maillon retiré ou altéré, ou scelleur arrêté');
  }
  for (const [name, { link }] of missing) find('removed', 'record', name, `scellé par le maillon ${link}, absent de la table`);
  return { records: count, links: chained.length, pending, findings: [...findings.values()] };
}

const LINK_NAME = /^\d{12}-[0-9a-f]{16}\.json$/;
/** A head that leads far beyond the last link is told once, not link by link. */
const NAMED_BEYOND_MAX = 100;

type Find = (kind: Finding['kind'], what: Finding['what'], name: string, why: string) => void;
type Sealed = Map<string, { readonly hash: string; readonly link: number }>;
type ReadBucket = { readonly links: ReadonlyMap<number, readonly SealLink[]>; readonly spoilt: ReadonlySet<number> };

/** The links that are whole and ours; all others are named. */
async function readBucket(files: AsyncIterable<SealedFile>, sign: Sign, find: Find): Promise<ReadBucket> {
  const links = new Map<number, SealLink[]>();
  const spoilt = new Set<number>();
  for await (const { name, text, since } of files) {
    if (since) find(since, 'link', name, 'le compartiment en garde la première version');
    const link = linkIn(text);
    if (link && isWhole(link) && isOurs(link, sign) && fileOf(link) === name && textOf(link) === text) {
      links.set(link.number, [...(links.get(link.number) ?? []), link]);
      continue;
    }
    const isMadeUp = !LINK_NAME.test(name) || (link !== undefined && isWhole(link) && !isOurs(link, sign) && fileOf(link) === name);
    if (isMadeUp) find('inserted', 'link', name, 'aucune fonction de Relais ne l’a signé');
    else find('changed', 'link', name, 'son contenu n’est plus celui que dit son empreinte');
    if (!isMadeUp) spoilt.add(Number(name.slice(0, 12)));
  }
  return { links, spoilt };
}

/** From the head back to the beginning: what hangs together, and what hangs on nothing. */
function chainOf(
  { links, spoilt }: ReadBucket,
  head: unknown,
  find: Find,
): { readonly chained: readonly SealLink[]; readonly loose: readonly SealLink[] } {
  const newest = Math.max(0, ...links.keys());
  const known = head === undefined ? undefined : headIn(head);
  if (!known && newest > 0) find('removed', 'link', 'head', 'la table ne dit plus où la chaîne finit');
  const chained = new Set<SealLink>();
  let expected = known?.hash;
  const last = Math.min(known?.number ?? newest, newest + NAMED_BEYOND_MAX);
  if (last !== known?.number) expected = undefined;
  for (let number = last; number > 0; number -= 1) {
    const candidates = links.get(number) ?? [];
    const found = expected === undefined ? candidates : candidates.filter(({ hash }) => hash === expected);
    for (const link of found) chained.add(link);
    if (found.length === 0 && !spoilt.has(number))
      find('removed', 'link', String(number).padStart(12, '0'), 'la chaîne y mène, le compartiment ne le contient pas');
    expected = found[0]?.previous;
  }
  if (expected !== undefined && last > 0 && expected !== BEGINNING.hash)
    find('changed', 'link', fileOf({ number: 1, hash: expected }), 'la chaîne ne commence pas là où elle a commencé');
  const loose = [...links.values()].flat().filter((link) => !chained.has(link));
  return { chained: [...chained], loose };
}

/** Which record was sealed as what, by which link; what the sealer saw happen to the trace is named. */
function sealedIn(links: readonly SealLink[], find: Find, sealed: Sealed = new Map()): Sealed {
  for (const { number, entries, alterations } of links) {
    for (const { key, hash } of entries) {
      const name = nameOf(key);
      const before = sealed.get(name);
      if (before && before.hash !== hash)
        find('changed', 'record', name, `scellé deux fois, autrement : maillons ${number} et ${before.link}`);
      sealed.set(name, before ?? { hash, link: number });
    }
    for (const { key, event } of alterations) find(NAMED[event], 'record', nameOf(key), `vu par le scelleur : maillon ${number}`);
  }
  return sealed;
}

const NAMED = { INSERT: 'inserted', MODIFY: 'changed', REMOVE: 'removed' } as const;

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
