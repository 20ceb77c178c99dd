import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { log } from '../../lib/platform/log.ts';
import { s3Blobs } from '../../lib/store/blobs.ts';
import { IntakeError, makeForward } from './forward.ts';
import { serve } from './serve.ts';

// Entry of the container: MLLP over mutual TLS in, HTTPS to the intake out.

const environment = z.object({
  MLLP_PORT: z.coerce.number().int().min(1).max(65_535).default(2575),
  INTAKE_URL: z.url({ protocol: /^https$/ }),
  BLOB_BUCKET: z.string().min(3),
  TLS_KEY_FILE: z.string().min(1),
  TLS_CERT_FILE: z.string().min(1),
  /** Authorities whose client certificates are taken. */
  TLS_CA_FILE: z.string().min(1),
  /** JSON: SHA-256 fingerprint of a client's certificate → its bearer token. Read for each message: tokens are renewed in place. */
  TOKENS_FILE: z.string().min(1),
});

const tokens = z.record(z.string(), z.string().min(1));

const env = environment.parse(process.env);
const [key, cert, ca] = await Promise.all([readFile(env.TLS_KEY_FILE), readFile(env.TLS_CERT_FILE), readFile(env.TLS_CA_FILE)]);
const blobs = s3Blobs(env.BLOB_BUCKET);

const server = await serve({
  port: env.MLLP_PORT,
  host: '0.0.0.0',
  tls: { key, cert, ca },
  forward: makeForward({
    url: env.INTAKE_URL,
    putBlob: blobs.put,
    tokenOf: async ({ fingerprint = '' }) => {
      const token = tokens.parse(JSON.parse(await readFile(env.TOKENS_FILE, 'utf8')))[fingerprint];
      if (token === undefined) throw new IntakeError(401);
      return token;
    },
  }),
  onFailure: (error) =>
    log('error', 'RLS-0009', {
      errorName: error instanceof Error ? error.name : 'Error',
      ...(error instanceof IntakeError ? { status: error.status } : {}),
    }),
});

process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
