import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { freePort } from '../../functions/local/engine.ts';

export type Received = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

/** The endpoint of a subscriber's software, on this machine. */
export type Receiver = {
  readonly url: string;
  /** Every POST that reached it, oldest first. */
  readonly received: () => readonly Received[];
  /** Comes back when so many have come. @throws Error after five seconds */
  readonly wait: (count: number) => Promise<readonly Received[]>;
  readonly answerWith: (status: number) => void;
  /** Nobody listens any more … */
  readonly pause: () => Promise<void>;
  /** … and then again, at the same place. */
  readonly resume: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const port = await freePort();
  const received: Received[] = [];
  let status = 200;
  let server: Server | undefined;

  const resume = async (): Promise<void> => {
    const started = createServer((request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve, reject) => started.once('error', reject).listen(port, '127.0.0.1', resolve));
    server = started;
  };
  const pause = async (): Promise<void> => {
    const stopping = server;
    server = undefined;
    stopping?.closeAllConnections();
    await new Promise((resolve) => (stopping ? stopping.close(resolve) : resolve(undefined)));
  };

  await resume();
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => received,
    wait: async (count) => {
      const deadlineMs = Date.now() + 5_000;
      while (received.length < count) {
        if (Date.now() > deadlineMs) throw new Error(`${received.length} of ${count} came`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return received;
    },
    answerWith: (next) => {
      status = next;
    },
    pause,
    resume,
    stop: pause,
  };
}
