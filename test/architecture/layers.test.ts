import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Rooms of lib from the ground up; rooms of one floor do not know each other (DESIGN.md 2). */
const FLOORS: readonly (readonly string[])[] = [
  ['platform'],
  ['fhir'],
  ['identity'],
  ['store'],
  ['access'],
  ['exchange'],
  ['coordination', 'intake'],
  ['observatory'],
  ['usecases'],
];

type Import = { readonly from: string; readonly to: string };

const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('fhir/generated'))
  .map((name) => join('lib', name));

const imports: readonly Import[] = sources.flatMap((from) =>
  [...textOf(from).matchAll(/^(?:import|export)\s[^;]*?from\s+'(\.[^']+)';/gm)].map(([, specifier = '']) => ({
    from,
    to: relative(ROOT, join(ROOT, dirname(from), specifier)),
  })),
);

/** Code without comments and texts: only what runs. */
function codeOf(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

describe('the house', () => {
  it('is seen: there are sources, imports between rooms, and every room has a floor', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(imports.filter(({ from, to }) => roomOf(from) !== roomOf(to)).length).toBeGreaterThan(100);
    expect([...new Set(sources.map(roomOf))].filter((room) => floorOf(room) < 0)).toEqual([]);
  });

  it('has stairs that go down only, and no door between rooms of one floor', () => {
    const climbing = imports.filter(({ from, to }) => {
      const [above, below] = [roomOf(from), roomOf(to)];
      return above !== below && (!to.startsWith('lib/') || floorOf(below) >= floorOf(above));
    });
    expect(climbing).toEqual([]);
  });

  it('has a README in every room', () => {
    const rooms = FLOORS.flat();
    expect(rooms.filter((room) => !readdirSync(join(ROOT, 'lib', room)).includes('README.md'))).toEqual([]);
  });
});

describe('the pure core', () => {
  const pure = sources.filter((file) => !['store', 'platform'].includes(roomOf(file)));

  it.each([
    ['reads no clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/],
    ['throws no dice', /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b/],
    ['reads no environment', /\bprocess\.(?:env|argv|cwd)\b/],
    ['talks to nobody', /\bfetch\(|\bsetTimeout\b|\bsetInterval\b|\bconsole\./],
  ])('%s', (_rule, forbidden) => {
    expect(pure.filter((file) => forbidden.test(codeOf(file)))).toEqual([]);
  });

  it('imports no module of the machine and no client of AWS', () => {
    const forbidden = /from '(?:node:(?!buffer|assert|util)[^']+|@aws-sdk\/[^']+)'/;
    expect(pure.filter((file) => forbidden.test(textOf(file)))).toEqual([]);
  });

  it('holds no type assertion that goes around the checker', () => {
    expect(
      sources.filter((file) => /\bas (?!const\b|[a-zA-Z]+[,\s}].*from)[A-Z]\w*|@ts-(?:ignore|expect-error|nocheck)/.test(codeOf(file))),
    ).toEqual([]);
  });
});
