import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FUNCTIONS } from '../../infra/functions.ts';
import { MLLP_SECRETS } from '../../infra/mllp.ts';
import { acknowledgedIn, type Resource, synthesize, temporaryApp } from './synth.ts';

const relais = synthesize();
const elsewhere = synthesize({
  region: 'eu-west-1',
  mllpPeers: '192.0.2.0/28, 198.51.100.7/32',
  repositoryUrl: 'https://dmp.example',
  baseUrl: 'https://relais.example/',
  sealMode: 'governance',
  sealRetentionDays: 30,
});

const environment = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });

const only = (type: string, id: RegExp | string = /./, from = relais): Resource => {
  const found = from.ofType(type).filter((one) => (typeof id === 'string' ? one.id === id : id.test(one.id)));
  expect(found, `${type} ${id}`).toHaveLength(1);
  return found[0] ?? { id: '', stack: '', Type: '', Properties: {} };
};
const lambdaOf = (name: string, from = relais): Resource => only('AWS::Lambda::Function', new RegExp(`^(Api|Events)${name}Function`), from);
const variablesOf = (name: string, from = relais): Readonly<Record<string, unknown>> =>
  environment.parse(lambdaOf(name, from).Properties).Environment.Variables;

describe('the app', () => {
  it('has a stack for what lives and dies together', () => {
    expect(relais.stacks).toEqual(['RelaisApi', 'RelaisData', 'RelaisEvents', 'RelaisMllp', 'RelaisObservability']);
  });

  it('stands in Paris unless the context says another region', () => {
    expect([...relais.regions]).toEqual(['eu-west-3']);
    expect([...elsewhere.regions]).toEqual(['eu-west-1']);
  });

  it.each([{ sealMode: 'none' }, { sealRetentionDays: 0 }, { issuer: '' }])('refuses a context that makes no sense: %j', (context) => {
    expect(() => synthesize(context)).toThrow(/context/);
  });
});

describe('cdk-nag', () => {
  it('finds nothing that is not acknowledged', () => {
    const { violations } = new AwsSolutionsChecks(relais.app).validateScope(relais.app);
    expect(
      violations.map(({ ruleName, violatingResources }) => `${ruleName} ${violatingResources.map((one) => one.constructPath).join()}`),
    ).toEqual([]);
  });

  it('would find a bucket without settings', () => {
    const app = temporaryApp();
    new Bucket(new Stack(app, 'Bare'), 'Bucket');
    expect(new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
  });

  it('is acknowledged beside the construct, never for a whole stack, with a reason', () => {
    const acknowledged = acknowledgedIn(relais.app);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter(({ isStack }) => isStack)).toEqual([]);
    expect(acknowledged.filter(({ reason }) => reason.length < 40)).toEqual([]);
  });

  it('is acknowledged for these rules alone', () => {
    const rules = acknowledgedIn(relais.app).map(
      ({ id, path }) => `${id.replace(/\[Resource::(RelaisData:\w+?)?(\/.*|\*)?\]/, ' $2')}: ${path.split('/')[1]}`,
    );
    expect([...new Set(rules)].sort()).toEqual([
      'AwsSolutions-APIG4: Api',
      'AwsSolutions-ECS2: Mllp',
      'AwsSolutions-ELB2: Mllp',
      'AwsSolutions-IAM5 *: Mllp',
      'AwsSolutions-IAM5 /*: Events',
      'AwsSolutions-IAM5 /bodies/*: Api',
      'AwsSolutions-IAM5 /bodies/*: Events',
      'AwsSolutions-IAM5 /mllp/*: Api',
      'AwsSolutions-IAM5 /mllp/*: Mllp',
      'AwsSolutions-IAM5 /parked/*: Api',
      'AwsSolutions-S1: Data',
      'AwsSolutions-SMG4: Data',
      'AwsSolutions-SQS3: Events',
    ]);
  });
});

describe('the data', () => {
  it.each(['DataTable', 'DataTrace'])('%s is on demand, streamed, recoverable, under our key, and survives its stack', (id) => {
    const table = only('AWS::DynamoDB::Table', new RegExp(`^${id}`));
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.anything() },
      DeletionProtectionEnabled: true,
    });
    expect(table.Properties.GlobalSecondaryIndexes).toBeUndefined();
  });

  it('lets items of the main table expire, and none of the trace', () => {
    expect(only('AWS::DynamoDB::Table', /^DataTable/).Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(only('AWS::DynamoDB::Table', /^DataTrace/).Properties.TimeToLiveSpecification).toBeUndefined();
  });

  it('seals the trace for ten years against everybody (domain.md L-42)', () => {
    expect(only('AWS::S3::Bucket', /^DataSeal/).Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3653 } } },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it('lets a deployment that will be torn down choose another seal', () => {
    expect(only('AWS::S3::Bucket', /^DataSeal/, elsewhere).Properties).toMatchObject({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } } },
    });
  });

  it.each(relais.ofType('AWS::S3::Bucket'))('keeps $id closed to the public', ({ Properties }) => {
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it.each(['Blobs', 'Seal'])('keeps %s under our key', (id) => {
    expect(only('AWS::S3::Bucket', new RegExp(`^Data${id}`)).Properties).toMatchObject({
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] },
    });
  });

  it('forgets parked messages after 30 days, passing ones after 7, and nothing else (contracts.md 5)', () => {
    expect(only('AWS::S3::Bucket', /^DataBlobs/).Properties).toMatchObject({
      LifecycleConfiguration: {
        Rules: [
          { Prefix: 'parked/', ExpirationInDays: 30 },
          { Prefix: 'mllp/', ExpirationInDays: 7 },
        ],
      },
    });
  });

  it('draws the id key as 64 hexadecimal digits, and keeps it', () => {
    const secret = only('AWS::SecretsManager::Secret');
    expect(secret.DeletionPolicy).toBe('Retain');
    expect(secret.Properties.GenerateSecretString).toEqual({
      PasswordLength: 64,
      ExcludePunctuation: true,
      ExcludeUppercase: true,
      ExcludeCharacters: 'ghijklmnopqrstuvwxyz',
      RequireEachIncludedType: false,
    });
  });

  it('renews its encryption key by itself', () => {
    expect(only('AWS::KMS::Key').Properties.EnableKeyRotation).toBe(true);
  });
});

describe('each function', () => {
  it.each(FUNCTIONS)('$name runs as its row says', ({ name, memoryMb, timeoutSeconds }) => {
    expect(lambdaOf(name).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: memoryMb,
      Timeout: timeoutSeconds,
    });
  });

  it.each(FUNCTIONS)('$name gets the environment of its row, and no more', ({ name, environment: names }) => {
    expect(Object.keys(variablesOf(name)).sort()).toEqual(names.filter((one) => one !== 'REPOSITORY_URL').sort());
  });

  it.each(FUNCTIONS)('$name never has a moved clock, a key in the open or a local profile', ({ name }) => {
    for (const from of [relais, elsewhere]) {
      expect(Object.keys(variablesOf(name, from))).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(CLOCK_OFFSET_MS|LOCAL_PROFILE|ID_KEY|JWKS|DYNAMODB_ENDPOINT|BLOB_DIR)$/)]),
      );
    }
  });

  it.each(['stream', 'schedule'])('%s is told of the repository when the network has one', (name) => {
    expect(variablesOf(name, elsewhere).REPOSITORY_URL).toBe('https://dmp.example');
  });

  it.each(FUNCTIONS)('$name is told the public address without a slash at its end', ({ name }) => {
    expect(variablesOf(name, elsewhere).BASE_URL).toBe('https://relais.example');
  });

  it.each(FUNCTIONS)('$name has a log group of its own, kept a year (domain.md L-42)', ({ name }) => {
    const group = only('AWS::Logs::LogGroup', new RegExp(`^(Api|Events)${name}Logs`));
    expect(group.Properties.RetentionInDays).toBe(365);
    expect(lambdaOf(name).Properties.LoggingConfig).toEqual({ LogGroup: { Ref: group.id } });
  });

  it.each(FUNCTIONS.filter(({ source }) => source.kind !== 'http'))(
    '$name parks what it gives up, for nobody waits for its answer',
    ({ name }) => {
      const queue = only('AWS::SQS::Queue', new RegExp(`^Events${name}DeadLetters`));
      const toQueue = { DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue.id, 'Arn'] } } } };
      const senders = [...relais.ofType('AWS::Lambda::EventSourceMapping'), ...relais.ofType('AWS::Lambda::EventInvokeConfig')].filter(
        ({ Properties }) => JSON.stringify(Properties.FunctionName).includes(lambdaOf(name).id),
      );
      expect(senders.length).toBeGreaterThan(0);
      for (const { Properties } of senders) expect(Properties).toMatchObject(toQueue);
    },
  );

  it.each(FUNCTIONS)('$name wakes somebody when it fails or is throttled', ({ name, source }) => {
    const alarms = relais.ofType('AWS::CloudWatch::Alarm').filter(({ id }) => id.startsWith(`Observability${name}`));
    const expected = {
      http: ['errors', 'throttles'],
      streams: ['deadletters', 'errors', 'lag', 'throttles'],
      schedule: ['deadletters', 'errors', 'silent', 'throttles'],
    };
    expect(alarms.map(({ id }) => id.replace(`Observability${name}`, '').replace(/[0-9A-F]{8}$/, '')).sort()).toEqual(
      expected[source.kind],
    );
  });
});

describe('the API', () => {
  const routeKeys = relais.ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => String(Properties.RouteKey));

  it('has the routes of the rows', () => {
    const expected = FUNCTIONS.flatMap(({ source }) => (source.kind === 'http' ? source.routes : [])).map(
      ({ method, path }) => `${method} ${path}`,
    );
    expect([...routeKeys].sort()).toEqual(expected.sort());
  });

  it('has no route of the local profile and no catch-all', () => {
    expect(routeKeys.filter((key) => /\$default|\/local/.test(key))).toEqual([]);
  });

  it('leaves tokens to the functions, so that every refusal is ours (contracts.md 3)', () => {
    expect(relais.ofType('AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  it('speaks payload 2.0', () => {
    const versions = relais.ofType('AWS::ApiGatewayV2::Integration').map(({ Properties }) => Properties.PayloadFormatVersion);
    expect(new Set(versions)).toEqual(new Set(['2.0']));
  });

  it('is throttled, and logs the pattern of a route, never its path, query or caller', () => {
    const stage = only('AWS::ApiGatewayV2::Stage').Properties;
    expect(stage).toMatchObject({ DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 } });
    const format = z.object({ AccessLogSettings: z.object({ Format: z.string() }) }).parse(stage).AccessLogSettings.Format;
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/context\.(path|identity|authorizer)|\$request/);
  });
});

describe('the events', () => {
  const mappings = relais.ofType('AWS::Lambda::EventSourceMapping');

  it.each(['Table', 'Trace'])('of the stream of %s are halved when they fail, reported one by one, and kept for a day', (table) => {
    expect(only('AWS::Lambda::EventSourceMapping', new RegExp(`Read${table}`)).Properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 86_400,
      StartingPosition: 'TRIM_HORIZON',
    });
  });

  it('are filtered before they cost an invocation', () => {
    const patterns = mappings.map(({ id, Properties }) => {
      const { FilterCriteria } = z
        .object({ FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }) })
        .parse(Properties);
      return [id.includes('ReadTable') ? 'table' : 'trace', ...FilterCriteria.Filters.map(({ Pattern }): unknown => JSON.parse(Pattern))];
    });
    expect(patterns).toEqual([
      ['table', { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: [{ prefix: 'r#' }] } } } }],
      ['trace', { eventName: ['INSERT', 'MODIFY', 'REMOVE'] }],
    ]);
  });

  it('of the clock come every minute', () => {
    expect(only('AWS::Events::Rule').Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  });
});

describe('the alarms', () => {
  const alarm = (name: string): Resource => only('AWS::CloudWatch::Alarm', new RegExp(`^Observability${name}`));

  it.each(relais.ofType('AWS::CloudWatch::Alarm'))('$id reaches the topic', ({ Properties }) => {
    expect(Properties.AlarmActions).toEqual([{ Ref: only('AWS::SNS::Topic').id }]);
  });

  it('may publish to it', () => {
    expect(JSON.stringify(only('AWS::SNS::TopicPolicy').Properties)).toContain(
      '"Action":"sns:Publish","Condition":{"StringEquals":{"aws:SourceAccount"',
    );
  });

  it('sound when the stream is an hour behind', () => {
    expect(alarm('streamlag').Properties).toMatchObject({ MetricName: 'IteratorAge', Threshold: 3_600_000, Statistic: 'Maximum' });
  });

  it('sound when one record of the trace was changed or removed', () => {
    const filter = only('AWS::Logs::MetricFilter').Properties;
    expect(filter).toMatchObject({
      FilterPattern: '{ $.code = "RLS-0011" }',
      MetricTransformations: [{ MetricNamespace: 'Relais', MetricName: 'TraceAltered' }],
    });
    expect(alarm('alteredtrace').Properties).toMatchObject({ Namespace: 'Relais', MetricName: 'TraceAltered', Threshold: 1 });
  });

  it.each(['stream', 'schedule'])('sound when one thing stands in the dead letters of %s', (name) => {
    expect(alarm(`${name}deadletters`).Properties).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 });
  });

  it('sound when the API answers 5xx', () => {
    expect(alarm('ServerErrors').Properties).toMatchObject({ MetricName: '5xx', Threshold: 1 });
  });

  it.each(['schedulesilent', 'GatewayTargets'])('%s sounds at silence too', (name) => {
    expect(alarm(name).Properties).toMatchObject({ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' });
  });
});

describe('the MLLP gateway', () => {
  const container = z.object({
    Name: z.string(),
    Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })).optional(),
    Secrets: z.unknown().optional(),
    Command: z.array(z.string()).optional(),
    HealthCheck: z.object({ Command: z.array(z.string()) }).optional(),
    DependsOn: z.unknown().optional(),
    MountPoints: z.unknown().optional(),
  });
  const containers = (): Readonly<Record<string, z.infer<typeof container>>> => {
    const task = z.object({ ContainerDefinitions: z.array(container) }).parse(only('AWS::ECS::TaskDefinition').Properties);
    return Object.fromEntries(task.ContainerDefinitions.map((one) => [one.Name, one]));
  };

  it('gets TCP passed through: no TLS ends before the container', () => {
    expect(only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties).toMatchObject({ Type: 'network' });
    const listener = only('AWS::ElasticLoadBalancingV2::Listener').Properties;
    expect(listener).toMatchObject({ Protocol: 'TCP', Port: 2575 });
    expect(listener.Certificates).toBeUndefined();
    expect(only('AWS::ElasticLoadBalancingV2::TargetGroup').Properties).toMatchObject({ Protocol: 'TCP', Port: 2575 });
  });

  it('runs twice, on ARM, without a public address', () => {
    expect(only('AWS::ECS::Service').Properties).toMatchObject({
      DesiredCount: 2,
      LaunchType: 'FARGATE',
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
    expect(only('AWS::ECS::TaskDefinition').Properties).toMatchObject({ RuntimePlatform: { CpuArchitecture: 'ARM64' } });
  });

  it('gets keys, certificates and tokens as files that a second container keeps fresh, never as variables', () => {
    const { Gateway, Secrets } = containers();
    for (const [variable, name] of Object.entries(MLLP_SECRETS)) {
      const file = `/run/relais/${name.replace('relais/mllp/', '')}`;
      expect(Gateway?.Environment).toContainEqual({ Name: variable, Value: file });
      expect(Secrets?.Command?.join()).toContain(name);
      expect(Secrets?.HealthCheck?.Command.join()).toContain(`test -s ${file}`);
    }
    expect(Gateway?.DependsOn).toEqual([{ Condition: 'HEALTHY', ContainerName: 'Secrets' }]);
    expect(Gateway?.MountPoints).toMatchObject([{ ReadOnly: true }]);
    expect([Gateway?.Secrets, Secrets?.Secrets]).toEqual([undefined, undefined]);
  });

  it('is told all that its entry reads', () => {
    const entry = readFileSync('functions/mllp-gateway/main.ts', 'utf8');
    const read = [...entry.matchAll(/^ {2}([A-Z][A-Z_]+): z\./gm)].map(([, name = '']) => name);
    expect(read.length).toBeGreaterThan(0);
    expect(
      containers()
        .Gateway?.Environment?.map(({ Name }) => Name)
        .sort(),
    ).toEqual(read.sort());
  });

  it('is open to nobody until the context names the hospitals', () => {
    expect(only('AWS::EC2::SecurityGroup', /^MllpFront/).Properties.SecurityGroupIngress).toBeUndefined();
    expect(only('AWS::EC2::SecurityGroup', /^MllpFront/, elsewhere).Properties.SecurityGroupIngress).toMatchObject([
      { CidrIp: '192.0.2.0/28', FromPort: 2575, ToPort: 2575 },
      { CidrIp: '198.51.100.7/32', FromPort: 2575, ToPort: 2575 },
    ]);
  });

  it('takes connections of the load balancer only', () => {
    const ingress = only('AWS::EC2::SecurityGroupIngress').Properties;
    expect(ingress).toMatchObject({
      FromPort: 2575,
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^MllpFront/), 'GroupId'] },
    });
  });

  it('pays one NAT gateway and no interface endpoint', () => {
    expect(relais.ofType('AWS::EC2::NatGateway')).toHaveLength(1);
    expect(relais.ofType('AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties.VpcEndpointType)).toEqual(['Gateway']);
  });
});
