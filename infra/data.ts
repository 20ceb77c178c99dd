import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { asInterface } from './as-interface.ts';
import { YEAR_OF_LOGS } from './logs.ts';
import type { Settings } from './settings.ts';

/**
 * Everything that outlives a deployment: the two tables, the blobs, the sealed trace, the id key, under one encryption key.
 * The only file that names a setting of DynamoDB or S3. Who may do what with it: `infra/grants.ts`.
 */
export class Data extends Construct {
  readonly key: Key;
  /** Resources, facts, look-ups, outbox (DESIGN.md, "The store"). */
  readonly table: Table;
  /** One item a request and patient disclosed: put once, never changed, never expired. */
  readonly trace: Table;
  readonly blobs: Bucket;
  /** Hash chain of the trace, under object lock. */
  readonly seal: Bucket;
  /** 64 hexadecimal digits: the 32 bytes from which ids, look-up hashes and page tokens derive. */
  readonly idKey: Secret;

  constructor(scope: Construct, id: string, { sealMode, sealRetentionDays }: Settings) {
    super(scope, id);
    this.key = new Key(this, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN, description: 'Relais: health data' });

    const table = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.table = new Table(this, 'Table', { ...table, timeToLiveAttribute: 'ttl' });
    this.trace = new Table(this, 'Trace', table);

    const bucket = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...bucket,
      // Server access logs cannot be delivered to a bucket under a customer-managed key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: YEAR_OF_LOGS, noncurrentVersionExpiration: Duration.days(1) }],
    });
    Validations.of(accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This bucket receives the access logs of the others; logging its own would make it write to itself for ever.',
    });
    const encrypted = { ...bucket, encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true };
    this.blobs = new Bucket(this, 'Blobs', {
      ...encrypted,
      serverAccessLogsBucket: asInterface(accessLogs),
      serverAccessLogsPrefix: 'blobs/',
      lifecycleRules: [
        // contracts.md 5: what could not be read is kept 30 days.
        { prefix: 'parked/', expiration: Duration.days(30), noncurrentVersionExpiration: Duration.days(1) },
        // A way round the size limit of an event, of no use once the intake has read it.
        { prefix: 'mllp/', expiration: Duration.days(7), noncurrentVersionExpiration: Duration.days(1) },
      ],
    });
    const retention = Duration.days(sealRetentionDays);
    this.seal = new Bucket(this, 'Seal', {
      ...encrypted,
      serverAccessLogsBucket: asInterface(accessLogs),
      serverAccessLogsPrefix: 'seal/',
      objectLockEnabled: true,
      objectLockDefaultRetention:
        sealMode === 'compliance' ? ObjectLockRetention.compliance(retention) : ObjectLockRetention.governance(retention),
    });

    this.idKey = new Secret(this, 'IdKey', {
      description: 'Relais: 32 bytes in hexadecimal from which ids and look-up hashes derive. Never rotate, never lose.',
      encryptionKey: this.key,
      removalPolicy: RemovalPolicy.RETAIN,
      generateSecretString: {
        passwordLength: 64,
        excludePunctuation: true,
        excludeUppercase: true,
        excludeCharacters: 'ghijklmnopqrstuvwxyz',
        // Each digit drawn alone: 256 bits, none of them given away by "one of each kind".
        requireEachIncludedType: false,
      },
    });
    Validations.of(this.idKey).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Every id and look-up hash derives from it: another value would orphan all of them. It is drawn once and kept.',
    });
  }
}
