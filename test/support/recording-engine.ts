import { request as ask, createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod';
import { freePort } from '../../functions/local/engine.ts';

/**
 * One call to the engine: its operation, and what it asks for or writes, each item by the kinds of its keys (`P# facts`,
 * `A# put`), sorted, without any id in it.
 */
export type EngineCall = { readonly operation: string; readonly items: readonly string[] };

/** What stands between the functions and DynamoDB Local, and notes what passes. */
export type RecordingEngine = {
  readonly endpoint: string;
  /** Every call since the start, in the order in which they came. */
  readonly calls: readonly EngineCall[];
  /** `false` breaks connections, `true` lets them hold again. */
  readonly hold: (next: boolean) => void;
  readonly stop: () => Promise<unknown>;
};

export async function startRecordingEngine(engine: string): Promise<RecordingEngine> {
  const calls: EngineCall[] = [];
  let holds = true;
  const server = createServer((heard, response) => {
    if (!holds) {
      heard.socket.destroy();
      return;
    }
    const operation = String(heard.headers['x-amz-target']).split('.')[1] ?? '';
    const onwards = ask(new URL(heard.url ?? '/', engine), { method: heard.method, headers: heard.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    void bytesOf(heard).then((bytes) => {
      calls.push({ operation, items: itemsOf(bytes) });
      onwards.end(bytes);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    hold: (next) => {
      holds = next;
      if (!next) server.closeAllConnections();
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bytesOf(heard: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of heard) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const text = z.looseObject({ S: z.string() });
const key = z.looseObject({ pk: text, sk: text });
/** The requests of the five operations that the store makes, as far as they name items. */
const request = z.looseObject({
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(key) })).exactOptional(),
  Key: key.exactOptional(),
  Item: key.exactOptional(),
  KeyConditionExpression: z.string().exactOptional(),
  ExpressionAttributeValues: z.record(z.string(), z.unknown()).exactOptional(),
  TransactItems: z.array(z.record(z.string(), z.looseObject({ Item: key.exactOptional(), Key: key.exactOptional() }))).exactOptional(),
});

function itemsOf(bytes: Buffer): readonly string[] {
  const asked = request.parse(JSON.parse(bytes.toString('utf8')));
  const { RequestItems = {}, Key, Item, ExpressionAttributeValues = {}, TransactItems = [] } = asked;
  const values = Object.values(ExpressionAttributeValues).flatMap((value) => text.safeParse(value).data?.S ?? []);
  return [
    ...Object.values(RequestItems).flatMap(({ Keys }) => Keys.map(kindOf)),
    ...(Key ? [kindOf(Key)] : []),
    ...(Item ? [`${kindOf(Item)} put`] : []),
    ...(asked.KeyConditionExpression === undefined ? [] : [`query ${values.map(prefixOf).join(' ')}`]),
    ...TransactItems.flatMap((item) =>
      Object.entries(item).flatMap(([verb, { Item: put, Key: named }]) =>
        [put, named].flatMap((one) => (one ? [`${kindOf(one)} ${verb}`] : [])),
      ),
    ),
  ].toSorted();
}

function kindOf({ pk, sk }: z.infer<typeof key>): string {
  return `${prefixOf(pk.S)} ${prefixOf(sk.S)}`;
}

/** What a key begins with says its kind (lib/store/table.ts); the rest is ids and moments. */
function prefixOf(part: string): string {
  return /^(?:[A-Za-z]{1,2}#|[a-z]{2,}$)/.exec(part)?.[0] ?? '';
}
