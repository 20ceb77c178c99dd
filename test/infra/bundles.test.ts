import { readFileSync } from 'node:fs';
import { type BuildResult, build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FUNCTIONS } from '../../infra/functions.ts';
import { IMAGE_FOLDERS } from '../../infra/mllp.ts';

const bundle = (entry: string): Promise<BuildResult<{ write: false; metafile: true }>> =>
  build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    outdir: 'unwritten',
  });

describe('a deployed bundle', () => {
  it.each(FUNCTIONS)('$name holds nothing of the local profile', async ({ entry }) => {
    const { metafile, outputFiles } = await bundle(entry);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain(entry);
    expect(inputs.filter((input) => /^(functions\/local|infra|test)\//.test(input))).toEqual([]);
    expect(outputFiles.map(({ text }) => /["'`]\/local\b/.test(text))).toEqual([false]);
  });
});

describe('the image of the MLLP gateway', () => {
  it('is made of all that its entry imports', async () => {
    const { metafile } = await bundle('functions/mllp-gateway/main.ts');
    const ours = Object.keys(metafile.inputs).filter((input) => /^(lib|functions)\//.test(input));
    expect(ours).toContain('functions/mllp-gateway/main.ts');
    expect(ours.filter((input) => !IMAGE_FOLDERS.some((folder) => input.startsWith(`${folder}/`)))).toEqual([]);
  });

  it('installs the packages that its entry imports', async () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const { metafile } = await bundle('functions/mllp-gateway/main.ts');
    const imported = Object.entries(metafile.inputs)
      .filter(([input]) => !input.includes('node_modules/'))
      .flatMap(([, { imports }]) => imports)
      .flatMap(({ original = '' }) => (/^(\.|node:)/.test(original) ? [] : [original]));
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => name !== '' && dependencies[name] === undefined)).toEqual([]);
  });
});
