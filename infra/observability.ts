import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { LogCode } from '../lib/platform/log.ts';
import type { Api } from './api.ts';
import type { Events } from './events.ts';
import type { Mllp } from './mllp.ts';
import type { RelaisFunction } from './relais-function.ts';

const FIVE_MINUTES = { period: Duration.minutes(5) };
const HOUR_MS = 3_600_000;

/** Logged by the sealer for a trace record that was changed or removed. */
const TRACE_ALTERED: LogCode = 'RLS-0011';

/** What wakes somebody: a metric that reaches `threshold` once in five minutes, or falls under it. */
type Watch = {
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Bad when it is lower, and silence is bad too. */
  readonly falls?: boolean;
};

/** Alarms (one topic, to which the network's operators subscribe) and one dashboard, drawn from what the other stacks hold. */
export class Observability extends Construct {
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, api: Api, events: Events, mllp: Mllp) {
    super(scope, id);
    this.alarms = new Topic(this, 'Alarms', { displayName: 'Relais', enforceSSL: true });
    // The refusal of plain HTTP replaces the topic's default policy, and with it what lets alarms publish.
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const functions = [...api.functions, ...events.functions];
    const watches: readonly Watch[] = [
      ...functions.flatMap(watchesOfFunction),
      {
        name: 'ServerErrors',
        description: 'The API answered 5xx.',
        metric: api.stage.metricServerError({ ...FIVE_MINUTES, statistic: Stats.SUM }),
        threshold: 1,
      },
      {
        name: 'GatewayTargets',
        description: 'No MLLP gateway is up: hospitals cannot deliver.',
        metric: mllp.targets.metrics.healthyHostCount({ ...FIVE_MINUTES, statistic: Stats.MINIMUM }),
        threshold: 1,
        falls: true,
      },
    ];
    for (const watch of watches) this.#alarm(watch);
    new Dashboard(this, 'Dashboard', { dashboardName: 'Relais', widgets: rowsOf(functions, api, mllp) });
  }

  #alarm({ name, description, metric, threshold, falls }: Watch): void {
    const alarm = new Alarm(this, name, {
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: falls ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: falls ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.alarms));
  }
}

/** Each function is watched for errors and throttling; the sources that nobody waits for, for what they leave behind. */
function watchesOfFunction(watched: RelaisFunction): readonly Watch[] {
  const { name, lambda, deadLetters, source } = watched;
  const watches: Watch[] = [
    {
      name: `${name}-errors`,
      description: `Function ${name} failed.`,
      metric: lambda.metricErrors({ ...FIVE_MINUTES, statistic: Stats.SUM }),
      threshold: 1,
    },
    {
      name: `${name}-throttles`,
      description: `Function ${name} was throttled.`,
      metric: lambda.metricThrottles({ ...FIVE_MINUTES, statistic: Stats.SUM }),
      threshold: 1,
    },
  ];
  if (deadLetters) {
    watches.push({
      name: `${name}-dead-letters`,
      description: `Function ${name} gave up on something: see its dead-letter queue.`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ ...FIVE_MINUTES, statistic: Stats.MAXIMUM }),
      threshold: 1,
    });
  }
  if (source.kind === 'streams') {
    watches.push(
      {
        name: `${name}-lag`,
        description: 'The stream is an hour behind; it forgets after 24 h: redrive from the versions.',
        metric: lambda.metric('IteratorAge', { ...FIVE_MINUTES, statistic: Stats.MAXIMUM }),
        threshold: HOUR_MS,
      },
      {
        name: 'altered-trace',
        description: 'A record of the trace was changed or removed. Nobody may: compare the table with the sealed chain.',
        metric: traceAltered(watched),
        threshold: 1,
      },
    );
  }
  if (source.kind === 'schedule') {
    watches.push({
      name: `${name}-silent`,
      description: 'The schedule did not run: deadlines pass unseen.',
      metric: lambda.metricInvocations({ ...FIVE_MINUTES, statistic: Stats.SUM }),
      threshold: 1,
      falls: true,
    });
  }
  return watches;
}

/** Counts the log events of the sealer: a filter costs no call and no right of the function. */
function traceAltered({ logs, lambda }: RelaisFunction): Metric {
  const filter = new MetricFilter(lambda, 'TraceAltered', {
    logGroup: logs,
    filterPattern: FilterPattern.stringValue('$.code', '=', TRACE_ALTERED),
    metricNamespace: 'Relais',
    metricName: 'TraceAltered',
    defaultValue: 0,
  });
  return filter.metric({ ...FIVE_MINUTES, statistic: Stats.SUM });
}

function rowsOf(functions: readonly RelaisFunction[], api: Api, mllp: Mllp): GraphWidget[][] {
  const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 8 });
  return [
    [
      graph('Requests', [api.stage.metricCount(FIVE_MINUTES)]),
      graph(
        'Latency (ms)',
        ['p50', 'p99'].map((statistic) => api.stage.metricLatency({ ...FIVE_MINUTES, statistic })),
      ),
      graph('Refused and failed', [api.stage.metricClientError(FIVE_MINUTES), api.stage.metricServerError(FIVE_MINUTES)]),
    ],
    [
      graph(
        'Errors',
        functions.map(({ lambda }) => lambda.metricErrors(FIVE_MINUTES)),
      ),
      graph(
        'Duration p99 (ms)',
        functions.map(({ lambda }) => lambda.metricDuration({ ...FIVE_MINUTES, statistic: 'p99' })),
      ),
      graph(
        'Dead letters',
        functions.flatMap(({ deadLetters }) => deadLetters?.metricApproximateNumberOfMessagesVisible(FIVE_MINUTES) ?? []),
      ),
    ],
    [
      graph(
        'Stream lag (ms)',
        functions.flatMap(({ lambda, source }) =>
          source.kind === 'streams' ? lambda.metric('IteratorAge', { ...FIVE_MINUTES, statistic: Stats.MAXIMUM }) : [],
        ),
      ),
      graph('MLLP connections', [mllp.balancer.metrics.activeFlowCount(FIVE_MINUTES)]),
    ],
  ];
}
