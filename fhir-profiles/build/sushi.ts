import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Resource, StructureDefinition } from '@medplum/fhirtypes';
import { packageDir } from './definitions.ts';

/** SUSHI always asks for these; an empty package of an exact version keeps it off the network. */
const UNUSED_PACKAGES = ['hl7.fhir.uv.tools.r4', 'hl7.terminology.r4', 'hl7.fhir.uv.extensions.r4'];

export type SushiRun = {
  /** Folder with `sushi-config.yaml` and `input/fsh`. */
  readonly projectDir: string;
  /** Ours to fill and to empty. */
  readonly cacheDir: string;
  readonly core: Iterable<StructureDefinition>;
};

/**
 * Compiles the FSH of a project, with snapshots and without any network access.
 * @returns the resources that it made
 * @throws when SUSHI reports an error or a warning: the profiles are kept clean
 */
export function runSushi({ projectDir, cacheDir, core }: SushiRun): readonly Resource[] {
  const home = join(cacheDir, 'fhir-home');
  writePackageCache(join(home, '.fhir/packages'), core);
  const sushi = join(packageDir('fsh-sushi'), 'dist/app.js');
  const shims = writeNpmShim(join(cacheDir, 'shims'));
  const output = join(projectDir, 'fsh-generated/resources');
  rmSync(output, { recursive: true, force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [sushi, 'build', '--snapshot', projectDir], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home, USERPROFILE: home, PATH: `${shims}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const faults = `${stdout}\n${stderr}`.split('\n').filter((line) => /^(error|warn) /.test(line) && !/FSHOnly/.test(line));
  if (status !== 0 || faults.length > 0) throw new Error(`SUSHI refused the profiles:\n${stdout}\n${stderr}`);
  return readdirSync(output)
    .sort()
    .map((file): Resource => JSON.parse(readFileSync(join(output, file), 'utf8')));
}

function writePackageCache(packagesDir: string, core: Iterable<StructureDefinition>): void {
  const folder = writePackage(packagesDir, 'hl7.fhir.r4.core', '4.0.1');
  for (const structure of core) writeFileSync(join(folder, `StructureDefinition-${structure.id}.json`), JSON.stringify(structure));
  for (const name of UNUSED_PACKAGES) writePackage(packagesDir, name, '0.0.0-empty');
}

function writePackage(packagesDir: string, name: string, version: string): string {
  const folder = join(packagesDir, `${name}#${version}`, 'package');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, fhirVersions: ['4.0.1'] }));
  return folder;
}

/** SUSHI asks `npm view fsh-sushi version` whether it is the newest; this answers without leaving the machine. */
function writeNpmShim(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'npm');
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageDir('fsh-sushi'), 'package.json'), 'utf8'));
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return folder;
}
