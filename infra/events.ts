import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Data } from './data.ts';
import { FUNCTIONS, type StreamFilter, type StreamSource } from './functions.ts';
import { grantStream } from './grants.ts';
import { type Environment, RelaisFunction } from './relais-function.ts';

/** The functions that work on their own, from the rows of FUNCTIONS: woken by the streams of the tables, or by the minute. */
export class Events extends Construct {
  readonly functions: readonly RelaisFunction[];

  constructor(scope: Construct, id: string, data: Data, environment: Environment) {
    super(scope, id);
    this.functions = FUNCTIONS.flatMap((row) => {
      if (row.source.kind === 'http') return [];
      const made = new RelaisFunction(this, row, data, environment);
      if (row.source.kind === 'streams') for (const source of row.source.streams) readStream(made, source, data);
      else runEvery(made, row.source.everyMinutes);
      return [made];
    });
  }
}

/**
 * A record that fails alone is retried alone: the batch is halved, its good part reported as done; after a day of retries
 * (as long as the stream keeps it) it is parked in the dead-letter queue.
 */
function readStream(target: RelaisFunction, { table, filters }: StreamSource, data: Data): void {
  const streamArn = table === 'main' ? data.table.tableStreamArn : data.trace.tableStreamArn;
  const { deadLetters } = target;
  if (streamArn === undefined || deadLetters === undefined) throw new Error(`${target.name}: a stream and a dead-letter queue are needed`);
  grantStream(target.role, streamArn, data);
  new EventSourceMapping(target, `Read${table === 'main' ? 'Table' : 'Trace'}`, {
    target: target.lambda,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    maxRecordAge: Duration.hours(24),
    retryAttempts: 10_000,
    // The queue's own `SqsDlq` would grant more than SendMessage.
    onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    filters: filters.map(patternOf),
  });
}

function patternOf({ eventNames, key }: StreamFilter): Record<string, unknown> {
  return FilterCriteria.filter({
    eventName: FilterRule.or(...eventNames),
    ...(key ? { dynamodb: { Keys: { [key.name]: { S: FilterRule.beginsWith(key.prefix) } } } } : {}),
  });
}

/** A minute that failed is done by the next one: retried once, then its event is parked, in sight. */
function runEvery(target: RelaisFunction, minutes: number): void {
  const { lambda, deadLetters } = target;
  if (deadLetters === undefined) throw new Error(`${target.name}: a dead-letter queue is needed`);
  new EventInvokeConfig(target, 'Async', {
    function: lambda,
    retryAttempts: 1,
    maxEventAge: Duration.minutes(5),
    onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
  });
  new Rule(target, 'Clock', {
    description: 'Relais: deadlines that pass, deliveries that are due',
    schedule: Schedule.rate(Duration.minutes(minutes)),
    targets: [new LambdaFunction(lambda)],
  });
}
