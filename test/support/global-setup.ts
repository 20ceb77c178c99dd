import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleFunctions } from '../../functions/local/bundle.ts';
import { startTestEngine } from './engine.ts';

/** vitest `globalSetup`: engine and bundles live as long as the run, and no longer. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startTestEngine();
  // Inside the project: what a bundle leaves outside is resolved from node_modules above it.
  const bundlesDir = await mkdtemp(join(import.meta.dirname, '../../.cache/test-bundles-'));
  project.provide('engineEndpoint', engine.endpoint);
  project.provide('functionBundles', await bundleFunctions(bundlesDir));
  return async () => {
    await engine.stop();
    await rm(bundlesDir, { recursive: true, force: true });
  };
}
