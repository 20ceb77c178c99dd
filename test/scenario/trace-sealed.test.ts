import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { type AttributeValue, DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../functions/local/engine.ts';
import { LOCAL_ID_KEY, LOCAL_REGION } from '../../functions/local/environment.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { itemsOf } from '../support/table.ts';

type Item = Record<string, AttributeValue>;

describe('npm run trace:verify', () => {
  let service: TestService;
  let client: DynamoDBClient;
  beforeAll(async () => {
    service = await startTestService();
    client = new DynamoDBClient({
      endpoint: service.place.endpoint,
      region: LOCAL_REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    for (const role of ['gp', 'nurse', 'outsider'])
      await service.fhir(role).get(`CarePlan?patient=${service.demo.patients.given.reference}`);
    await service.quiesce();
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });

  const local = () => ({ DATA_DIR: service.place.dataDir, DYNAMODB_ENDPOINT: service.place.endpoint });
  const records = () => itemsOf(service.place.endpoint, service.place.tables.trace);
  const nameOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;
  const put = (Item: Item) => client.send(new PutItemCommand({ TableName: service.place.tables.trace, Item }));
  const remove = ({ pk, sk }: Item) =>
    client.send(new DeleteItemCommand({ TableName: service.place.tables.trace, Key: { ...(pk ? { pk } : {}), ...(sk ? { sk } : {}) } }));
  const links = async () =>
    (await readdir(join(service.place.dataDir, 'seal'))).toSorted().map((name) => join(service.place.dataDir, 'seal', name));

  it('says how many records it checked, finds nothing, exits 0', async () => {
    const { code, lines } = await verify(local());
    expect(code).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^\d+ enregistrements vérifiés, \d+ maillons : rien à signaler$/)]);
    expect(Number(lines[0]?.split(' ')[0])).toBe((await records()).length);
  });

  it('works where the service is deployed: bucket and tables by name, each link as it was first written', async () => {
    const bucket = await bucketOf(await links());
    const deployed = {
      SEAL_BUCKET: 'seal',
      TABLE: service.place.tables.main,
      TRACE_TABLE: service.place.tables.trace,
      ID_KEY: LOCAL_ID_KEY,
      DYNAMODB_ENDPOINT: service.place.endpoint,
      AWS_ENDPOINT_URL_S3: bucket.url,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    expect((await verify(deployed)).code).toBe(0);
    bucket.deleteFirst();
    const after = await verify(deployed);
    expect([after.code, after.lines[0]]).toEqual([1, expect.stringMatching(/^removed +link +0+1-/)]);
    bucket.server.close();
    const nameless = await verify({ SEAL_BUCKET: 'seal' });
    expect([nameless.code, nameless.errors]).toEqual([1, expect.stringContaining('TRACE_TABLE')]);
  });

  it('names a record that was removed from the table, one that was changed, one that was inserted; the alarm goes off for each', async () => {
    const [first, second, third] = await records();
    if (!first || !second || !third) throw new Error('there are records');
    const alien = { ...third, sk: { S: `${third.sk?.S}x` } };
    await remove(first);
    await put({ ...second, b: third.b ?? { B: Buffer.of(0) } });
    await put(alien);
    await service.quiesce();
    const named = [`removed   record  ${nameOf(first)}`, `changed   record  ${nameOf(second)}`, `inserted  record  ${nameOf(alien)}`];
    const found = await verify(local());
    expect([found.code, found.lines.length]).toEqual([1, 4]);
    for (const name of named) expect(found.lines.some((line) => line.startsWith(name))).toBe(true);
    const alarms = service
      .logged()
      .split('\n')
      .filter((line) => line.includes('"RLS-0011"'));
    expect(new Set(alarms.map((line) => /"outcome":"(\w+)"/.exec(line)?.[1]))).toEqual(new Set(['INSERT', 'MODIFY', 'REMOVE']));
    expect(alarms).toHaveLength(3);

    // Put back as it was: what happened stays told, by the chain.
    await put(first);
    await put(second);
    await remove(alien);
    await service.quiesce();
    const again = await verify(local());
    expect(again.code).toBe(1);
    for (const name of named) expect(again.lines.some((line) => line.startsWith(name))).toBe(true);
  });

  it('names a link that was changed, and one that was removed', async () => {
    const [first = '', second = ''] = await links();
    const [kept, gone] = [await readFile(first, 'utf8'), await readFile(second)];
    await writeFile(first, kept.replace('"entries":[{', '"entries":[{"also":1,'));
    await rm(second);
    const { code, lines } = await verify(local());
    expect(code).toBe(1);
    expect(lines.some((line) => /^changed +link +0+1-/.test(line))).toBe(true);
    expect(lines.some((line) => /^removed +link +0+2 /.test(line))).toBe(true);
    await writeFile(first, kept);
    await writeFile(second, gone);
  });

  it('says what is missing where there is no data', async () => {
    const { code, errors } = await verify({ DATA_DIR: join(service.place.dataDir, 'nowhere') });
    expect([code, errors]).toEqual([1, expect.stringContaining('npm start')]);
  });
});

type Run = { readonly code: number; readonly lines: readonly string[]; readonly errors: string };

/** The command as a person runs it. */
function verify(environment: Readonly<Record<string, string>>): Promise<Run> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../functions/trace-verify/main.ts')],
      { env: { PATH, ...environment } },
      (error, stdout, errors) => {
        const code = error ? Number(error.code) : 0;
        resolve({ code, lines: stdout.split('\n').filter((line) => line !== ''), errors });
      },
    );
  });
}

/** As much of S3 as reads a bucket with versions: what was deleted is hidden by a marker, and stays. */
async function bucketOf(
  files: readonly string[],
): Promise<{ readonly url: string; readonly server: Server; readonly deleteFirst: () => void }> {
  const names = files.map((path) => path.split('/').at(-1) ?? '');
  let marker = '';
  const versionOf = (tag: string, name: string, at: string): string =>
    `<${tag}><Key>${name}</Key><VersionId>${tag}-${name}</VersionId><LastModified>${at}</LastModified></${tag}>`;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (searchParams.has('versions')) {
      const versions = names.map((name) => versionOf('Version', name, '2026-03-01T08:00:00.000Z')).join('');
      response.setHeader('content-type', 'application/xml');
      response.end(`<ListVersionsResult><IsTruncated>false</IsTruncated>${versions}${marker}</ListVersionsResult>`);
      return;
    }
    const name = pathname.split('/').at(-1);
    void readFile(files.find((path) => path.endsWith(`/${name}`)) ?? '').then((bytes) => response.end(bytes));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    deleteFirst: () => {
      marker = versionOf('DeleteMarker', names[0] ?? '', '2026-03-02T08:00:00.000Z');
    },
  };
}
