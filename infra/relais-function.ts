import { AssetHashType, Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { bundleHandler } from './bundle.ts';
import type { Data } from './data.ts';
import type { EnvironmentName, FunctionName, FunctionRow, Source } from './functions.ts';
import { grant } from './grants.ts';
import { technicalLogs } from './logs.ts';
import { ROOT } from './root.ts';

/** A value for each name of the environment; what has none (no repository) is left out of the function. */
export type Environment = Readonly<Record<EnvironmentName, string | undefined>>;

/**
 * One row of FUNCTIONS made real: bundle, log group, a role of its own with the row's grants and nothing else, and a
 * dead-letter queue when nobody waits for its answer. Who calls it is wired by `api.ts` and `events.ts`.
 */
export class RelaisFunction extends Construct {
  readonly name: FunctionName;
  readonly source: Source;
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logs: LogGroup;
  /** Absent on a function that answers HTTP. */
  readonly deadLetters: Queue | undefined;

  constructor(scope: Construct, row: FunctionRow, data: Data, environment: Environment) {
    super(scope, row.name);
    this.name = row.name;
    this.source = row.source;
    this.logs = technicalLogs(this, 'Logs');
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logs.logGroupArn] }),
    );
    for (const name of row.grants) grant(this.role, name, data);

    this.deadLetters = row.source.kind === 'http' ? undefined : this.#queue();
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Relais: ${row.name}`,
      code: bundled(row.entry),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: row.memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      role: this.role,
      logGroup: this.logs,
      environment: Object.fromEntries(
        row.environment.flatMap((name) => {
          const value = environment[name];
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    });
  }

  #queue(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: of a function, which the rule does not see.',
    });
    this.role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    return queue;
  }
}

/** The bundle is made here, never in a container. */
function bundled(entry: string): Code {
  const tryBundle = (outputDir: string): boolean => {
    bundleHandler(entry, outputDir);
    return true;
  };
  return Code.fromAsset(ROOT, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: { image: Runtime.NODEJS_24_X.bundlingImage, local: { tryBundle } },
  });
}
