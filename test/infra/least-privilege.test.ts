import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { KEY } from '../../lib/store/table.ts';
import { type Resource, synthesize } from './synth.ts';

const synthesized = synthesize();

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statement = z.object({
  Effect: z.literal('Allow'),
  Action: oneOrMany,
  Resource: z.union([z.array(z.unknown()), z.unknown().transform((value) => [value])]),
  Condition: z.object({ StringEquals: z.object({ 'kms:ViaService': z.string() }) }).optional(),
});
const policy = z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }), Roles: z.array(z.object({ Ref: z.string() })) });
const lambda = z.object({ Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }) });

type Rights = Readonly<Record<string, readonly string[]>>;

const LOGS = { 'own logs': ['logs:CreateLogStream', 'logs:PutLogEvents'] };
const READ = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const READ_AND_WRITE = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
];
const APPEND = ['dynamodb:PutItem'];
const STREAM = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
const ID_KEY = { 'id key': ['secretsmanager:GetSecretValue'], 'key through secretsmanager': ['kms:Decrypt'] };
const KEY_FOR_ITEMS = {
  'key through dynamodb': ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};

/** What each function may do, written out: a grant added to a row must be added here too, under the eyes of a reviewer. */
const ALLOWED: Readonly<Record<FunctionName, Rights>> = {
  api: {
    ...LOGS,
    ...ID_KEY,
    ...KEY_FOR_ITEMS,
    'key through s3': ['kms:Decrypt', 'kms:GenerateDataKey'],
    table: READ_AND_WRITE,
    trace: APPEND,
    'blobs bodies/*': ['s3:GetObject', 's3:PutObject'],
  },
  intake: {
    ...LOGS,
    ...ID_KEY,
    ...KEY_FOR_ITEMS,
    'key through s3': ['kms:Decrypt', 'kms:GenerateDataKey'],
    table: READ_AND_WRITE,
    trace: APPEND,
    'blobs bodies/*': ['s3:GetObject', 's3:PutObject'],
    'blobs parked/*': ['s3:GetObject', 's3:PutObject'],
    'blobs mllp/*': ['s3:GetObject'],
  },
  trace: {
    ...LOGS,
    ...ID_KEY,
    ...KEY_FOR_ITEMS,
    table: READ,
    trace: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
  },
  stream: {
    ...LOGS,
    ...ID_KEY,
    ...KEY_FOR_ITEMS,
    'key through s3': ['kms:Decrypt', 'kms:GenerateDataKey'],
    table: READ_AND_WRITE,
    trace: APPEND,
    'blobs bodies/*': ['s3:GetObject'],
    'seal *': ['s3:PutObject'],
    'stream of table': STREAM,
    'stream of trace': STREAM,
    'own dead letters': ['sqs:SendMessage'],
  },
  schedule: {
    ...LOGS,
    ...ID_KEY,
    ...KEY_FOR_ITEMS,
    'key through s3': ['kms:Decrypt'],
    table: READ_AND_WRITE,
    trace: APPEND,
    'blobs bodies/*': ['s3:GetObject'],
    'own dead letters': ['sqs:SendMessage'],
  },
};

describe("each function's role", () => {
  it.each(FUNCTIONS)('$name may do exactly what is written here', ({ name }) => {
    expect(rightsOf(name)).toEqual(sorted(ALLOWED[name]));
  });

  it.each(FUNCTIONS)('$name has no managed or inline policy beside its own', ({ name }) => {
    const role = synthesized.all.find(({ id }) => id === roleOf(name));
    expect(Object.keys(role?.Properties ?? {})).toEqual(['AssumeRolePolicyDocument']);
  });

  it('belongs to one function alone', () => {
    expect(new Set(FUNCTIONS.map(({ name }) => roleOf(name))).size).toBe(FUNCTIONS.length);
  });

  it('of the API can add to the trace, and neither read nor change it', () => {
    expect(rightsOf('api').trace).toEqual(['dynamodb:PutItem']);
  });

  it.each(FUNCTIONS.filter(({ name }) => name !== 'trace'))('$name cannot read the trace', ({ name }) => {
    expect(rightsOf(name).trace).toEqual(['dynamodb:PutItem']);
  });
});

describe('no role at all', () => {
  const statements = synthesized.ofType('AWS::IAM::Policy').flatMap(({ Properties }) => policy.parse(Properties).PolicyDocument.Statement);

  it('is without statements to look at', () => {
    expect(statements.length).toBeGreaterThan(FUNCTIONS.length);
  });

  it('may scan a table', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => /Scan|PartiQL/.test(action))).toEqual([]);
  });

  it('has a wildcard in an action', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('names every resource, except to log in to the image registry, which knows none', () => {
    expect(statements.filter((one) => one.Resource.includes('*')).flatMap(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken']);
  });

  it('uses the key other than through the service that holds the data', () => {
    const direct = statements.filter((one) => one.Action.some((action) => action.startsWith('kms:')) && one.Condition === undefined);
    expect(direct).toEqual([]);
  });
});

describe('the grants cover what the store does', () => {
  const source = readdirSync('lib/store')
    .filter((file) => file.endsWith('.ts') && file !== 'blobs.ts')
    .map((file) => readFileSync(`lib/store/${file}`, 'utf8'))
    .join('\n');
  const commands = [...source.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name);
  const steps = [...source.matchAll(/\b(Put|Update|Delete|ConditionCheck): \{\s*TableName/g)].map(([, name = '']) => `${name}Item`);

  it('finds calls and transaction steps to compare', () => {
    expect(commands.length).toBeGreaterThan(3);
    expect(steps).toContain('PutItem');
  });

  it('allows each call, a transaction by its steps, and nothing that the store never does', () => {
    const needed = new Set([...commands, ...steps].filter((name) => name !== 'TransactWriteItems').map((name) => `dynamodb:${name}`));
    expect(rightsOf('api').table).toEqual([...needed].sort());
  });

  it('wakes the stream function for current versions of resources', () => {
    const row = FUNCTIONS.find(({ name }) => name === 'stream');
    const prefixes =
      row?.source.kind === 'streams' ? row.source.streams.flatMap(({ filters }) => filters.flatMap(({ key }) => key?.prefix ?? [])) : [];
    expect(prefixes).toHaveLength(1);
    expect(KEY.resource({ type: 'Task', id: 'x', patient: 'p' }).sk.startsWith(prefixes[0] ?? 'none')).toBe(true);
    expect(KEY.facts('p').sk.startsWith(prefixes[0] ?? '')).toBe(false);
  });
});

function lambdaOf(name: FunctionName): Resource | undefined {
  return synthesized.ofType('AWS::Lambda::Function').find(({ Properties }) => Properties.Description === `Relais: ${name}`);
}

function roleOf(name: FunctionName): string {
  return lambda.parse(lambdaOf(name)?.Properties).Role['Fn::GetAtt'][0];
}

function rightsOf(name: FunctionName): Rights {
  const role = roleOf(name);
  const stack = lambdaOf(name)?.stack;
  const rights = new Map<string, Set<string>>();
  for (const { Properties } of synthesized.ofType('AWS::IAM::Policy').filter((found) => found.stack === stack)) {
    const { PolicyDocument, Roles } = policy.parse(Properties);
    if (!Roles.some(({ Ref }) => Ref === role)) continue;
    for (const { Action, Resource, Condition } of PolicyDocument.Statement) {
      for (const one of Resource) {
        const label = labelOf(JSON.stringify(one), name, Condition?.StringEquals['kms:ViaService']);
        rights.set(label, new Set([...(rights.get(label) ?? []), ...Action]));
      }
    }
  }
  return sorted(Object.fromEntries([...rights].map(([label, actions]) => [label, [...actions]])));
}

function sorted(rights: Rights): Rights {
  return Object.fromEntries(Object.entries(rights).map(([label, actions]) => [label, [...actions].sort()]));
}

/** A name for a resource of a policy; what has none keeps its text, and so equals nothing that was expected. */
function labelOf(text: string, name: FunctionName, through: string | undefined): string {
  const objects = /"\/([^"]*)"/.exec(text)?.[1] ?? '';
  const known: readonly (readonly [RegExp, string])[] = [
    [/DataTable\w+StreamArn/, 'stream of table'],
    [/DataTrace\w+StreamArn/, 'stream of trace'],
    [/GetAttDataTable\w+Arn/, 'table'],
    [/GetAttDataTrace\w+Arn/, 'trace'],
    [/GetAttDataBlobs\w+Arn/, `blobs ${objects}`],
    [/GetAttDataSeal\w+Arn/, `seal ${objects}`],
    [/RefDataIdKey/, 'id key'],
    [/GetAttDataKey\w+Arn/, `key through ${through?.split('.')[0]}`],
    [new RegExp(`"(Api|Events)${name}Logs`), 'own logs'],
    [new RegExp(`"Events${name}DeadLetters`), 'own dead letters'],
  ];
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}
