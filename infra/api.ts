import { Duration, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Data } from './data.ts';
import { FUNCTIONS, type Route } from './functions.ts';
import { technicalLogs } from './logs.ts';
import { type Environment, RelaisFunction } from './relais-function.ts';

const METHODS = { ANY: HttpMethod.ANY, GET: HttpMethod.GET, POST: HttpMethod.POST } as const satisfies Record<Route['method'], HttpMethod>;

/**
 * What is logged of a request: the pattern of its route, never its path (which names patients) and never its query.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG = {
  at: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  durationMs: '$context.responseLatency',
  responseBytes: '$context.responseLength',
  integrationStatus: '$context.integrationStatus',
};

/** The HTTP API, its stage and the functions that answer it, from the rows of FUNCTIONS whose source is HTTP. */
export class Api extends Construct {
  readonly http: HttpApi;
  readonly stage: HttpStage;
  readonly functions: readonly RelaisFunction[];
  /** Public address, without trailing slash. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, data: Data, environment: Omit<Environment, 'BASE_URL'>, baseUrl: string | undefined) {
    super(scope, id);
    this.http = new HttpApi(this, 'Http', { description: 'Relais', createDefaultStage: false });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 200, burstLimit: 400 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(technicalLogs(this, 'AccessLogs')),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.baseUrl = baseUrl ?? this.http.apiEndpoint;

    this.functions = FUNCTIONS.flatMap((row) => {
      if (row.source.kind !== 'http') return [];
      const made = new RelaisFunction(this, row, data, { ...environment, BASE_URL: this.baseUrl });
      const integration = new HttpLambdaIntegration(`${row.name}-integration`, made.lambda, {
        timeout: Duration.seconds(row.timeoutSeconds),
      });
      for (const { method, path } of row.source.routes) {
        for (const route of this.http.addRoutes({ path, methods: [METHODS[method]], integration })) {
          Validations.of(route).acknowledge({
            id: 'AwsSolutions-APIG4',
            reason: 'contracts.md 3: tokens are verified in the function, so that every refusal is an OperationOutcome of ours.',
          });
        }
      }
      return [made];
    });
  }
}
