import { join } from 'node:path';
import { now } from '../../lib/platform/clock.ts';
import { makeForward } from '../mllp-gateway/forward.ts';
import { type MllpServer, serve } from '../mllp-gateway/serve.ts';
import { runtime } from '../runtime.ts';
import type { FunctionName } from './bundle.ts';
import { loadClock } from './clock-control.ts';
import type { TokenOptions } from './demo/claims.ts';
import { type DemoDescription, describeDemo } from './demo/description.ts';
import { isMemberRole } from './demo/roles.ts';
import { seedDemo, writeMemberships } from './demo/seed.ts';
import { tokenOf } from './demo/tokens.ts';
import { baseUrlOf, environmentOf, LOCAL_REGION } from './environment.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Issuer, loadIssuer } from './issuer.ts';
import { type LocalLambda, startLambda } from './lambda.ts';
import { createLocalRoutes } from './local-routes.ts';
import { portTaken, systemCodeOf } from './problem.ts';
import { type Pumps, startPumps } from './pumps.ts';
import { makeLocalRepository } from './repository.ts';
import type { LocalSettings } from './settings.ts';
import { openStream } from './stream-reader.ts';
import { createTables, type TableNames } from './tables.ts';

export type ServiceSettings = Pick<LocalSettings, 'port' | 'mllpPort' | 'dataDir'> & {
  /** A running engine. */
  readonly endpoint: string;
  readonly tables: TableNames;
  /** The production bundle of each function. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
  /** Told of every failure that is tried again. */
  readonly onFailure: (what: 'stream' | 'schedule' | 'mllp', error: unknown) => void;
  /** Told what the functions log. */
  readonly onLog: (text: string) => void;
};

/** Everything of Relais on one machine, but its engine. */
export type Service = {
  readonly base: string;
  readonly demo: DemoDescription;
  /** A bearer token of a role (contracts.md 1). */
  readonly token: (role: string, options?: TokenOptions) => Promise<string>;
  /** Comes back when all that was written is told and delivered, and all that fell due is done. */
  readonly quiesce: () => Promise<void>;
  /** Ends everything that was started here; the engine is its owner's. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts the whole service: tables, functions from their bundles, demo network, gateway, pumps, MLLP listener of CH des
 * Essais. One a process: the functions read its environment.
 * @throws LocalProblemError when a port is taken
 */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const { port, mllpPort, dataDir, endpoint, tables, onFailure } = settings;
  const issuer = await loadIssuer();
  const clock = await loadClock(dataDir);
  Object.assign(process.env, environmentOf({ port, dataDir }, endpoint, tables, issuer.jwks));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    await createTables(endpoint, tables);
    const { ports, blobs } = await runtime();
    await seedDemo(ports, now());
    const functions = startFunctions(settings);
    stops.push(() => Promise.all(Object.values(functions).map((one) => one.stop())));
    const readers = [
      await openStream(endpoint, LOCAL_REGION, tables.main, join(dataDir, 'stream.json')),
      await openStream(endpoint, LOCAL_REGION, tables.trace, join(dataDir, 'stream-trace.json')),
    ];
    let pumps: Pumps | undefined;
    const quiesce = async (): Promise<void> => pumps?.quiesce();
    const repositoryUrl = `${baseUrlOf(port)}/local/repository`;
    const routes = createLocalRoutes({
      clock,
      quiesce,
      repository: makeLocalRepository(join(dataDir, 'repository')),
      repositoryUrl,
      jwks: issuer.jwks,
      setMembership: async (role, state) => {
        if (!isMemberRole(role)) return false;
        await writeMemberships(ports, role, now(), state);
        return true;
      },
    });
    const gateway: Gateway = await startGateway({ port, functions, local: async (request) => routes.fetch(request) });
    stops.push(gateway.stop);
    pumps = startPumps({ readers, stream: functions.stream, schedule: functions.schedule, onFailure });
    stops.push(pumps.stop);
    const mllp = await startMllp(settings, issuer, blobs.put);
    stops.push(mllp.stop);
    return {
      base: baseUrlOf(port),
      demo: describeDemo(port, mllpPort),
      token: (role, options) => tokenOf(issuer, role, options),
      quiesce,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startFunctions({ bundles, onLog }: ServiceSettings): Readonly<Record<FunctionName, LocalLambda>> {
  const start = (name: FunctionName): LocalLambda => startLambda(name, bundles[name], onLog);
  return { api: start('api'), intake: start('intake'), trace: start('trace'), stream: start('stream'), schedule: start('schedule') };
}

/** The container's own code, in plaintext on loopback: its one client is CH des Essais (contracts.md 5). */
async function startMllp(
  { port, mllpPort, onFailure }: ServiceSettings,
  issuer: Issuer,
  putBlob: (key: string, bytes: Uint8Array) => Promise<void>,
): Promise<MllpServer> {
  try {
    return await serve({
      port: mllpPort,
      host: '127.0.0.1',
      forward: makeForward({ url: `${baseUrlOf(port)}/intake/hl7v2`, tokenOf: () => tokenOf(issuer, 'hospital'), putBlob }),
      onFailure: (error) => onFailure('mllp', error),
    });
  } catch (error) {
    throw systemCodeOf(error) === 'EADDRINUSE' ? portTaken(mllpPort, 'MLLP_PORT') : error;
  }
}
