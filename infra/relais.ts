import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Api } from './api.ts';
import { Data } from './data.ts';
import { Events } from './events.ts';
import { Mllp } from './mllp.ts';
import { Observability } from './observability.ts';
import { settingsOf } from './settings.ts';

/** The stacks by name, for tests and tools. */
export type Stacks = Readonly<Record<'data' | 'api' | 'events' | 'mllp' | 'observability', Stack>>;

/**
 * All of Relais in one region, a stack for what lives and dies together. cdk-nag checks every resource at synth: a finding
 * that nobody acknowledged, beside its construct and with a reason, fails it.
 */
export function addRelais(app: App): Stacks {
  const settings = settingsOf(app.node);
  const stack = (name: string): Stack => new Stack(app, `Relais${name}`, { env: { region: settings.region } });
  const stacks = {
    data: stack('Data'),
    api: stack('Api'),
    events: stack('Events'),
    mllp: stack('Mllp'),
    observability: stack('Observability'),
  };

  const data = new Data(stacks.data, 'Data', settings);
  const environment = {
    TABLE: data.table.tableName,
    TRACE_TABLE: data.trace.tableName,
    BLOB_BUCKET: data.blobs.bucketName,
    SEAL_BUCKET: data.seal.bucketName,
    ID_KEY_SECRET: data.idKey.secretArn,
    ISSUER: settings.issuer,
    AUDIENCE: settings.audience,
    JWKS_URL: settings.jwksUrl,
    REPOSITORY_URL: settings.repositoryUrl,
  };
  const api = new Api(stacks.api, 'Api', data, environment, settings.baseUrl);
  const events = new Events(stacks.events, 'Events', data, { ...environment, BASE_URL: api.baseUrl });
  const mllp = new Mllp(stacks.mllp, 'Mllp', data, api.baseUrl, settings);
  new Observability(stacks.observability, 'Observability', api, events, mllp);

  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
  return stacks;
}
