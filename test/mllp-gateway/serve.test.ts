import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { makeForward } from '../../functions/mllp-gateway/forward.ts';
import { frame, makeFramer } from '../../functions/mllp-gateway/framing.ts';
import { rejectionOf } from '../../functions/mllp-gateway/rejection.ts';
import { MESSAGE_MAX_BYTES, type MllpServer, type MllpSettings, serve } from '../../functions/mllp-gateway/serve.ts';

const MESSAGE = 'MSH|^~\\&|SIH|CHE|RELAIS|CPTS|20260301120000||ADT^A03|M1|P|2.5\r';
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

const echo = async (bytes: Uint8Array): Promise<Uint8Array> => Buffer.from(`ACK of ${Buffer.from(bytes).toString('latin1')}`);

async function listening(settings: Partial<MllpSettings> = {}): Promise<MllpServer> {
  const server = await serve({ port: 0, host: '127.0.0.1', forward: echo, onFailure: () => undefined, ...settings });
  ended.push(server.stop);
  return server;
}

/** A sender, and the acknowledgements that it gets. */
async function sender({
  port,
}: MllpServer): Promise<{ readonly socket: Socket; readonly acks: (count: number) => Promise<readonly string[]> }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const framer = makeFramer(MESSAGE_MAX_BYTES);
  const received: string[] = [];
  socket.on('data', (chunk) => {
    for (const framed of framer.push(Buffer.from(chunk))) if (framed.kind === 'message') received.push(framed.bytes.toString('latin1'));
  });
  return {
    socket,
    acks: (count) => vi.waitUntil(() => (received.length >= count ? [...received] : undefined), { timeout: 5_000, interval: 5 }),
  };
}

it('answers each message of a connection with its acknowledgement, in order', async () => {
  const { socket, acks } = await sender(await listening());
  socket.write(Buffer.concat([frame(Buffer.from('one')), frame(Buffer.from('two'))]));
  socket.write(frame(Buffer.from('three')));
  expect(await acks(3)).toEqual(['ACK of one', 'ACK of two', 'ACK of three']);
});

it('takes a message that comes in many packets', async () => {
  const { socket, acks } = await sender(await listening());
  for (const byte of frame(Buffer.from('a message'))) {
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await acks(1)).toEqual(['ACK of a message']);
});

it('hands the next message over only when the one before is acknowledged', async () => {
  let under = 0;
  let most = 0;
  const forward = async (bytes: Uint8Array): Promise<Uint8Array> => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setTimeout(resolve, 10));
    under -= 1;
    return bytes;
  };
  const { socket, acks } = await sender(await listening({ forward }));
  socket.write(Buffer.concat(['one', 'two', 'three'].map((text) => frame(Buffer.from(text)))));
  expect(await acks(3)).toEqual(['one', 'two', 'three']);
  expect(most).toBe(1);
});

it('rejects a message over the limit by its control id, and takes the next one', async () => {
  const { socket, acks } = await sender(await listening({ maxBytes: 200 }));
  socket.write(frame(Buffer.from(MESSAGE + 'PID|'.padEnd(300, 'x'))));
  socket.write(frame(Buffer.from('short')));
  const [rejection, ack] = await acks(2);
  expect(rejection).toContain('MSA|AR|M1');
  expect(ack).toBe('ACK of short');
});

it('asks for the same message again when the intake is away, and tells the operator', async () => {
  const failures: unknown[] = [];
  const forward = (): Promise<Uint8Array> => Promise.reject(new Error('away'));
  const { socket, acks } = await sender(await listening({ forward, onFailure: (error) => failures.push(error) }));
  socket.write(frame(Buffer.from(MESSAGE)));
  const [ack = ''] = await acks(1);
  expect(ack).toMatch(/MSA\|AR\|M1\rERR\|\|\|207\^/);
  expect(ack).toContain('renvoyez le même message');
  expect(failures).toHaveLength(1);
});

it('hands nothing over when a sender goes away before the end of its message', async () => {
  const forward = vi.fn<MllpSettings['forward']>(echo);
  const server = await listening({ forward });
  const { socket } = await sender(server);
  socket.end(`\x0b${MESSAGE}`);
  await once(socket, 'close');
  await server.stop();
  expect(forward).not.toHaveBeenCalled();
});

it('lets the message under way have its acknowledgement when it is stopped', async () => {
  let release: (ack: Uint8Array) => void = () => undefined;
  const forward = vi.fn<MllpSettings['forward']>(() => new Promise((resolve) => (release = resolve)));
  const server = await listening({ forward });
  const { socket, acks } = await sender(server);
  socket.write(frame(Buffer.from('last')));
  await vi.waitUntil(() => forward.mock.calls.length === 1);
  const stopped = server.stop();
  release(Buffer.from('ACK'));
  expect(await acks(1)).toEqual(['ACK']);
  await stopped;
});

it('keeps the separators of the sender in a rejection, whatever else is in its header', () => {
  const ack = rejectionOf(Buffer.from('MSH*^~\\&*SIH*CHE*****ADT^A01*Z9*P*2.6\r'), 'intake-away', new Date(0)).toString('latin1');
  expect(ack).toMatch(/^MSH\*\^~\\&\*RELAIS\*\*SIH\*CHE\*19700101000000\+0000\*\*ACK\*R0\*P\*2\.6\rMSA\*AR\*Z9\r/);
});

it('rejects what has no readable header with an empty control id', () => {
  expect(rejectionOf(Buffer.from('not er7'), 'too-large', new Date(0)).toString('latin1')).toContain('\rMSA|AR|\r');
});

it('puts a message that an event cannot hold into a blob, and names its key to the intake', async () => {
  const blobs = new Map<string, Uint8Array>();
  const bodies: { readonly type: string | null; readonly body: RequestInit['body'] }[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    bodies.push({ type: new Headers(init.headers).get('content-type'), body: init.body });
    return new Response('ACK');
  });
  ended.push(async () => void vi.unstubAllGlobals());
  const forward = makeForward({
    url: 'http://intake',
    tokenOf: async () => 't',
    putBlob: async (key, bytes) => void blobs.set(key, bytes),
  });
  await forward(Buffer.alloc(4_000_001), {});
  const [key = ''] = [...blobs.keys()];
  expect(key).toMatch(/^mllp\/[0-9a-f]{32}$/);
  expect(bodies).toEqual([{ type: 'application/vnd.relais.blob+json', body: JSON.stringify({ key }) }]);
});
