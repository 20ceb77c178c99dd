import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { addRelais } from '../../infra/relais.ts';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
const template = z.object({ Resources: z.record(z.string(), resource) });
const cdkJson = z.object({ app: z.string(), context: z.record(z.string(), z.unknown()) });

export type Resource = z.infer<typeof resource> & { readonly id: string; readonly stack: string };

export type Synthesized = {
  readonly app: App;
  readonly regions: ReadonlySet<string>;
  readonly stacks: readonly string[];
  readonly all: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An app whose output goes when the tests end: CDK itself would leave it. */
export function temporaryApp(context: Readonly<Record<string, unknown>> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'relais-infra-'));
  folders.push(outdir);
  return new App({ context, outdir, analyticsReporting: false });
}

/** All stacks as `cdk synth` makes them, with the feature flags of cdk.json; nothing is bundled. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}): Synthesized {
  const flags = cdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8'))).context;
  const app = temporaryApp({ ...flags, 'aws:cdk:bundling-stacks': [], ...context });
  addRelais(app);
  const { stacks } = app.synth();
  const all = stacks.flatMap((stack) =>
    Object.entries(template.parse(stack.template).Resources).map(([id, found]) => ({ ...found, id, stack: stack.stackName })),
  );
  return {
    app,
    all,
    regions: new Set(stacks.map((stack) => stack.environment.region)),
    stacks: stacks.map(({ stackName }) => stackName).sort(),
    ofType: (type) => all.filter(({ Type }) => Type === type),
  };
}

export type Acknowledged = { readonly path: string; readonly isStack: boolean; readonly id: string; readonly reason: string };

/** Every finding of cdk-nag that was acknowledged, with the construct on which it was. CDK acknowledges a few rules of its own too. */
export function acknowledgedIn(app: App): readonly Acknowledged[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(z.record(z.string(), z.string()).parse(data)).map(([id, reason]) => ({
          id: id.replace(/^annotation::/i, ''),
          reason,
          path: node.path,
          isStack: node.path.split('/').length < 3,
        })),
      )
      .filter(({ id }) => id.startsWith('AwsSolutions-')),
  );
}
