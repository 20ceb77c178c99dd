import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { startTestEngine } from './engine.ts';

/** vitest `globalSetup`: engine and bundles live as long as the run, and no longer. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startTestEngine();
  const runFolder = await mkdtemp(join(tmpdir(), 'relais-run-'));
  project.provide('engineEndpoint', engine.endpoint);
  project.provide('functionBundles', bundleFunctions(join(runFolder, 'bundles')));
  project.provide('runFolder', runFolder);
  return async () => {
    await engine.stop();
    await rm(runFolder, { recursive: true, force: true });
  };
}
