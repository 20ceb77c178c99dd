import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../lib/usecases/seal-chain.ts';
import {
  filesOf,
  forged,
  headOf,
  LATER,
  linkAfter,
  nameOf,
  namesFound,
  record,
  SEALED_AT,
  strangersLink,
  verify,
  type World,
  world,
} from '../support/sealed.ts';

/** Three batches of three records: r0 … r8. */
const batches = [0, 1, 2].map((batch) => [0, 1, 2].map((place) => record(`r${batch * 3 + place}`)));
const whole = world(batches);
const without = <T>(list: readonly T[], index: number): readonly T[] => list.filter((_, at) => at !== index);
const swapped = <T>(list: readonly T[], index: number, value: T): readonly T[] => list.map((one, at) => (at === index ? value : one));

describe('A-58: the verification of the sealed trace', () => {
  it('finds nothing in what was only ever added to, and counts it', async () => {
    expect(await verify(whole)).toEqual({ records: 9, links: 3, pending: 0, findings: [] });
  });

  it('finds nothing where nothing was ever traced', async () => {
    expect(await verify(world([]))).toEqual({ records: 0, links: 0, pending: 0, findings: [] });
  });

  it('leaves a minute to the sealer, and no more', async () => {
    const late = record('late', { at: '2026-03-01T08:30:00.000Z' });
    const put = { ...whole, records: [...whole.records, late] };
    expect(await verify(put, undefined, '2026-03-01T08:30:59.000Z')).toMatchObject({ pending: 1, findings: [] });
    expect(await namesFound(put, undefined, '2026-03-01T08:31:01.000Z')).toEqual([`unsealed record ${nameOf(late)}`]);
  });

  describe.each([
    ['head', 0],
    ['middle', 4],
    ['tail', 8],
  ])('in the table, at the %s,', (_place, index) => {
    const target = whole.records[index] ?? record('none');
    const other = whole.records[(index + 4) % 9] ?? record('none');

    it('names the record that was removed', async () => {
      expect(await namesFound({ ...whole, records: without(whole.records, index) })).toEqual([`removed record ${nameOf(target)}`]);
    });

    it.each([
      ['what it says', { ...target, hash: 'other' }],
      ['its signature', { ...target, signature: 'other' }],
      ['all of it, by what another record says', { ...other, key: target.key }],
    ])('names the record that was changed: %s', async (_what, changed) => {
      expect(await namesFound({ ...whole, records: swapped(whole.records, index, changed) })).toEqual([`changed record ${nameOf(target)}`]);
    });

    it('names both records that were swapped', async () => {
      const records = whole.records.map((one) =>
        one === target ? { ...other, key: one.key } : one === other ? { ...target, key: one.key } : one,
      );
      expect((await namesFound({ ...whole, records })).toSorted()).toEqual(
        [`changed record ${nameOf(target)}`, `changed record ${nameOf(other)}`].toSorted(),
      );
    });

    it('names the record that was inserted, at once, whether or not the stream sealed it', async () => {
      const alien = forged('alien');
      const records = [...whole.records.slice(0, index), alien, ...whole.records.slice(index)];
      expect(await namesFound({ ...whole, records }, undefined, SEALED_AT)).toEqual([`inserted record ${nameOf(alien)}`]);
      const link = linkAfter(whole.links[2], [], { alterations: [{ key: alien.key, event: 'INSERT' }] });
      expect(await namesFound({ records, links: [...whole.links, link], head: headOf(link) })).toEqual([
        `inserted record ${nameOf(alien)}`,
      ]);
    });

    it('names the copy of a record under another key', async () => {
      const copy = { ...target, key: { ...target.key, sk: `${target.key.sk}x` } };
      expect(await namesFound({ ...whole, records: [...whole.records, copy] })).toEqual([`inserted record ${nameOf(copy)}`]);
    });
  });

  describe.each([
    ['head', 0],
    ['middle', 1],
    ['tail', 2],
  ])('in the bucket, at the %s,', (_place, index) => {
    const link = whole.links[index] ?? linkAfter(undefined, []);
    const sealedByIt = (batches[index] ?? []).map((one) => `unsealed record ${nameOf(one)}`);
    const files = filesOf(whole);
    const file = files[index] ?? { name: '', text: '' };

    it('names the link that was removed, and what it sealed', async () => {
      expect((await namesFound(whole, without(files, index))).toSorted()).toEqual(
        [`removed link ${String(index + 1).padStart(12, '0')}`, ...sealedByIt].toSorted(),
      );
    });

    it('names it although its records went with it: a whole batch', async () => {
      const batch = batches[index] ?? [];
      const gone = { ...whole, records: whole.records.filter((one) => !batch.includes(one)) };
      expect(await namesFound(gone, without(files, index))).toEqual([`removed link ${String(index + 1).padStart(12, '0')}`]);
    });

    it.each([
      ['an entry less', { ...link, entries: link.entries.slice(1) }],
      ['an entry more', { ...link, entries: [...link.entries, ...link.entries] }],
      ['two entries swapped', { ...link, entries: link.entries.toReversed() }],
      ['another time', { ...link, at: LATER }],
      ['another predecessor', { ...link, previous: '1'.repeat(64) }],
    ])('names the link that was changed: %s', async (_what, changed) => {
      const found = await namesFound(whole, swapped(files, index, { name: file.name, text: JSON.stringify(changed) }));
      expect(found.toSorted()).toEqual([`changed link ${file.name}`, ...sealedByIt].toSorted());
    });

    it('names the link to which something was added that no reader looks at', async () => {
      const text = file.text.replace('{', '{"also":1,');
      expect(await namesFound(whole, swapped(files, index, { ...file, text }))).toContain(`changed link ${file.name}`);
    });

    it('names the link that holds no link any more', async () => {
      expect(await namesFound(whole, swapped(files, index, { name: file.name, text: '{' }))).toContain(`changed link ${file.name}`);
    });

    it('names both links that were swapped', async () => {
      const next = (index + 1) % 3;
      const other = files[next] ?? file;
      const exchanged = files.map((one, at) =>
        at === index ? { ...one, text: other.text } : at === next ? { ...one, text: file.text } : one,
      );
      const found = await namesFound(whole, exchanged);
      expect(found).toContain(`changed link ${file.name}`);
      expect(found).toContain(`changed link ${other.name}`);
    });

    it('names the link that somebody else made in its place, the chain after it and the head made to fit', async () => {
      const links = whole.links.slice(0, index);
      for (let at = index; at < 3; at += 1) links.push(strangersLink(links.at(-1), (batches[at] ?? []).slice(1)));
      const found = await namesFound({ ...whole, links, head: headOf(links[2]) });
      for (const made of links.slice(index)) expect(found).toContain(`inserted link ${fileOf(made)}`);
    });

    it('names a file that is none of the chain', async () => {
      expect(await namesFound(whole, [...files, { name: 'notes.json', text: '{}' }])).toEqual(['inserted link notes.json']);
    });

    it.each(['changed', 'removed'] as const)(
      'names the link that a bucket with versions says was %s, and goes on with what was locked',
      async (since) => {
        expect(await namesFound(whole, swapped(files, index, { ...file, since }))).toEqual([`${since} link ${file.name}`]);
      },
    );
  });

  it('names the links after a head that was set back, and does not take their records for unsealed', async () => {
    expect(await namesFound({ ...whole, head: headOf(whole.links[0]) })).toEqual(
      whole.links.slice(1).map((link) => `removed link ${fileOf(link)}`),
    );
  });

  it('names the records of the last links when head and bucket were set back together', async () => {
    const back: World = { ...whole, links: whole.links.slice(0, 2), head: headOf(whole.links[1]) };
    expect(await namesFound(back)).toEqual((batches[2] ?? []).map((one) => `unsealed record ${nameOf(one)}`));
  });

  it('names the head that was removed, and one that leads nowhere', async () => {
    expect(await namesFound({ ...whole, head: undefined })).toEqual(['removed link head']);
    expect(await namesFound({ ...whole, head: { number: 1e15, hash: 'f'.repeat(64) } })).toContain('removed link 000000000103');
  });

  it('names what the sealer saw, although somebody put it back as it was', async () => {
    const [first = record('none'), second = record('none')] = whole.records;
    const link = linkAfter(whole.links[2], [first], {
      alterations: [
        { key: first.key, event: 'REMOVE' },
        { key: second.key, event: 'MODIFY' },
      ],
    });
    expect(await namesFound({ ...whole, links: [...whole.links, link], head: headOf(link) })).toEqual([
      `removed record ${nameOf(first)}`,
      `changed record ${nameOf(second)}`,
    ]);
  });

  it('takes no offence at a link that lost a race, a record told twice, or batches out of order', async () => {
    const [first = record('none')] = whole.records;
    const last = record('r9');
    const winner = linkAfter(whole.links[2], [last, first]);
    const loser = linkAfter(whole.links[2], [last], { at: '2026-03-01T08:00:01.000Z' });
    const put = { records: [...whole.records, last].toReversed(), links: [...whole.links, winner], strays: [loser], head: headOf(winner) };
    expect(await namesFound(put)).toEqual([]);
  });

  it('names a link that lost a race and seals what no other seals', async () => {
    const lost = record('lost');
    const loser = linkAfter(whole.links[1], [lost]);
    expect(await namesFound({ ...whole, records: [...whole.records, lost], strays: [loser] })).toEqual([`removed link ${fileOf(loser)}`]);
  });

  it('finds every single act of tampering, wherever it falls', async () => {
    const acts: readonly ((at: number) => { readonly of: World; readonly files?: ReturnType<typeof filesOf> })[] = [
      (at) => ({ of: { ...whole, records: without(whole.records, at % 9) } }),
      (at) => ({ of: { ...whole, records: swapped(whole.records, at % 9, forged(`x${at}`)) } }),
      (at) => ({ of: whole, files: without(filesOf(whole), at % 3) }),
      (at) => ({ of: whole, files: filesOf(whole).map((file, index) => (index === at % 3 ? flipped(file, at) : file)) }),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...acts), fc.nat(), async (act, at) => {
        const { of, files } = act(at);
        expect((await verify(of, files)).findings).not.toEqual([]);
      }),
    );
  });
});

/** One character of what a link says is another one. */
function flipped<T extends { readonly text: string }>(file: T, at: number): T {
  const place = file.text.indexOf('"hash":"') + 8 + (at % 20);
  const other = file.text[place] === '0' ? '1' : '0';
  return { ...file, text: `${file.text.slice(0, place)}${other}${file.text.slice(place + 1)}` };
}
