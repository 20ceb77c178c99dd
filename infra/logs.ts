import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Technical logs are kept one year (domain.md L-42). */
export const YEAR_OF_LOGS = Duration.days(365);

/** A log group kept one year. Logs hold no patient data; the trace has its own table. */
export function technicalLogs(scope: Construct, id: string): LogGroup {
  return new LogGroup(scope, id, { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
}
