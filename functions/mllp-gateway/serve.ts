import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { type Framed, frame, makeFramer } from './framing.ts';
import { rejectionOf } from './rejection.ts';

/** Who is at the other end: fingerprint (SHA-256) of the client's certificate, absent without TLS. */
export type Peer = { readonly fingerprint?: string };

export type MllpSettings = {
  readonly port: number;
  readonly host: string;
  /** Mutual TLS; absent = plain TCP, for the loopback interface only. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca'>;
  /** Hands one message over; resolves with the acknowledgement, rejects when the intake is away. */
  readonly forward: (bytes: Uint8Array, peer: Peer) => Promise<Uint8Array>;
  /** Told of every message that could not be handed over. */
  readonly onFailure: (error: unknown) => void;
  readonly maxBytes?: number;
};

/** `stop` lets the messages under way have their acknowledgement, then closes. */
export type MllpServer = { readonly port: number; readonly stop: () => Promise<void> };

/** contracts.md 5: MLLP takes 20 MB. */
export const MESSAGE_MAX_BYTES = 20_000_000;

/** A sender that falls silent in the middle of a message is cut; one that is silent between two is not. */
const HALF_MESSAGE_TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 256;

/**
 * MLLP listener: one acknowledgement a message, in the order of the messages. The next bytes of a connection are read
 * only when its message is acknowledged, so that a fast sender waits instead of filling the memory.
 */
export async function serve(settings: MllpSettings): Promise<MllpServer> {
  const connections = new Set<Connection>();
  const onSocket = (socket: Socket): void => {
    const connection = new Connection(socket, settings);
    connections.add(connection);
    void connection.run().finally(() => connections.delete(connection));
  };
  const options = { allowHalfOpen: true };
  const server: Server = settings.tls
    ? createTlsServer({ ...options, ...settings.tls, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }, onSocket)
    : createServer(options, onSocket);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : settings.port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections) connection.drain();
      await closed;
    },
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #settings: MllpSettings;
  readonly #peer: Peer;
  #busy = false;
  #draining = false;

  constructor(socket: Socket, settings: MllpSettings) {
    this.#socket = socket;
    this.#settings = settings;
    const fingerprint = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
    this.#peer = fingerprint === undefined ? {} : { fingerprint };
  }

  async run(): Promise<void> {
    const framer = makeFramer(this.#settings.maxBytes ?? MESSAGE_MAX_BYTES);
    this.#socket.setKeepAlive(true, 60_000);
    this.#socket.setTimeout(HALF_MESSAGE_TIMEOUT_MS, () => {
      if (framer.isInside() && !this.#busy) this.#socket.destroy();
    });
    try {
      for await (const chunk of this.#socket) {
        for (const framed of framer.push(Buffer.from(chunk))) {
          if (!(await this.#answer(framed))) return;
        }
      }
    } catch {
      // The peer is gone (reset, TLS alert): nobody is left to tell; it will send again what has no acknowledgement.
    } finally {
      this.#socket.end();
      this.#socket.destroySoon();
    }
  }

  /** Closes at once when nothing is under way, else after the acknowledgement. */
  drain(): void {
    this.#draining = true;
    if (!this.#busy) this.#socket.destroy();
  }

  /** Whether more may be read from this connection. */
  async #answer(framed: Framed): Promise<boolean> {
    this.#busy = true;
    try {
      await this.#write(framed.kind === 'message' ? await this.#forward(framed.bytes) : rejectionOf(framed.head, 'too-large', new Date()));
      return !this.#draining;
    } finally {
      this.#busy = false;
    }
  }

  async #forward(bytes: Buffer): Promise<Uint8Array> {
    try {
      return await this.#settings.forward(bytes, this.#peer);
    } catch (error) {
      this.#settings.onFailure(error);
      return rejectionOf(bytes.subarray(0, 4_096), 'intake-away', new Date());
    }
  }

  #write(acknowledgement: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(frame(acknowledgement), (error) => (error ? reject(error) : resolve()));
    });
  }
}
