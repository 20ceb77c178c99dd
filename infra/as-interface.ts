import type { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Cluster, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';

/**
 * The same construct under the interface that CDK's props ask for. CDK is compiled without `exactOptionalPropertyTypes`, so a
 * few of its classes say "or undefined" where their own interface says "optional", and are refused as what they implement.
 */
export function asInterface(construct: Bucket): IBucket;
export function asInterface(construct: Vpc): IVpc;
export function asInterface(construct: Cluster): ICluster;
export function asInterface(construct: unknown): unknown {
  return construct;
}
