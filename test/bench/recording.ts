import { createServer } from 'node:http';
import { freePort } from '../../functions/local/engine.ts';

/** A call as the engine heard it, and the capacity that it says it took. */
export type Recorded = {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly units: number;
  readonly startMs: number;
  readonly endMs: number;
};

export type Recorder = { readonly endpoint: string; readonly take: () => readonly Recorded[]; readonly stop: () => Promise<void> };

/** A proxy in front of the engine that keeps each call; used to learn a sequence, never while something is measured. */
export async function startRecorder(engine: string): Promise<Recorder> {
  let calls: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const said = Buffer.concat(chunks);
        const body = Buffer.from(JSON.stringify({ ...objectOf(said), ReturnConsumedCapacity: 'TOTAL' }));
        const startMs = performance.now();
        const headers = Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name));
        const answer = await fetch(engine, { method: 'POST', headers: headers.map(([name, value]) => [name, String(value)]), body });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
        calls.push({ operation, input: inputOf(said), units: unitsOf(bytes), startMs, endMs: performance.now() });
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(bytes);
      })();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function inputOf(body: Buffer): Readonly<Record<string, unknown>> {
  return objectOf(body, (name, value) => (name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value));
}

/** One table's figure, or those of each table that the call touched. */
function unitsOf(answer: Buffer): number {
  const said = objectOf(answer)['ConsumedCapacity'] ?? [];
  const units = [said]
    .flat()
    .map((one: unknown) => (typeof one === 'object' && one !== null && 'CapacityUnits' in one ? one.CapacityUnits : 0));
  return units.reduce((sum: number, one) => sum + Number(one), 0);
}

function objectOf(body: Buffer, reviver?: (name: string, value: unknown) => unknown): Readonly<Record<string, unknown>> {
  const json: unknown = JSON.parse(body.toString('utf8'), reviver);
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
