import assert from 'node:assert/strict';
import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Data } from './data.ts';
import type { Grant } from './functions.ts';

type Service = 'dynamodb' | 's3' | 'secretsmanager';

/** Actions on one resource, and what the service then does with the key in the caller's name. */
type Allowance = {
  readonly service: Service;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly keyActions: readonly string[];
  /** Of a bucket: all objects whose key begins so. */
  readonly folder?: Folder;
};

type Folder = { readonly bucket: Bucket; readonly prefix: string };

const READ_ENCRYPTED = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE_ENCRYPTED_ITEM = [...READ_ENCRYPTED, 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** Gives `role` exactly what the grant's name says: no Scan, no wildcard in an action, the key only through the service that holds the data. */
export function grant(role: Role, name: Grant, data: Data): void {
  const { service, actions, resource, keyActions, folder } = allowanceOf(name, data);
  role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
  grantKey(role, service, keyActions, data);
  if (folder) acknowledgeFolder(role, folder);
}

/** What an event source mapping does in the role's name. ListStreams is asked of the stream itself, not of the account. */
export function grantStream(role: Role, streamArn: string, data: Data): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      resources: [streamArn],
    }),
  );
  grantKey(role, 'dynamodb', READ_ENCRYPTED, data);
}

function grantKey(role: Role, service: Service, actions: readonly string[], { key }: Data): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(role).region}.amazonaws.com` } },
    }),
  );
}

function allowanceOf(name: Grant, { table, trace, blobs, seal, idKey }: Data): Allowance {
  switch (name) {
    case 'table:read':
      return {
        service: 'dynamodb',
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        resource: table.tableArn,
        keyActions: READ_ENCRYPTED,
      };
    case 'table:write':
      // A transaction is allowed by the actions it is made of.
      return {
        service: 'dynamodb',
        actions: ['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem'],
        resource: table.tableArn,
        keyActions: WRITE_ENCRYPTED_ITEM,
      };
    case 'trace:append':
      return { service: 'dynamodb', actions: ['dynamodb:PutItem'], resource: trace.tableArn, keyActions: WRITE_ENCRYPTED_ITEM };
    case 'trace:read':
      return {
        service: 'dynamodb',
        actions: ['dynamodb:GetItem', 'dynamodb:Query'],
        resource: trace.tableArn,
        keyActions: READ_ENCRYPTED,
      };
    case 'bodies:read':
    case 'parked:read':
    case 'mllp:read':
      return objects(['s3:GetObject'], ['kms:Decrypt'], { bucket: blobs, prefix: name.replace(':read', '/') });
    case 'bodies:write':
    case 'parked:write':
    case 'mllp:write':
      return objects(['s3:PutObject'], ['kms:GenerateDataKey'], { bucket: blobs, prefix: name.replace(':write', '/') });
    case 'seal:append':
      return objects(['s3:PutObject'], ['kms:GenerateDataKey'], { bucket: seal, prefix: '' });
    case 'id-key:read':
      return {
        service: 'secretsmanager',
        actions: ['secretsmanager:GetSecretValue'],
        resource: idKey.secretArn,
        keyActions: ['kms:Decrypt'],
      };
  }
}

function objects(actions: readonly string[], keyActions: readonly string[], folder: Folder): Allowance {
  return { service: 's3', actions, keyActions, folder, resource: folder.bucket.arnForObjects(`${folder.prefix}*`) };
}

/** cdk-nag names a finding by the resource as the template will say it: here an import from the stack that holds the bucket. */
function acknowledgeFolder(role: Role, { bucket, prefix }: Folder): void {
  const imported: unknown = Stack.of(role).resolve(Stack.of(bucket).exportValue(bucket.bucketArn));
  const name = typeof imported === 'object' && imported !== null && 'Fn::ImportValue' in imported ? imported['Fn::ImportValue'] : undefined;
  assert(typeof name === 'string', 'an export is read by Fn::ImportValue');
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${name}/${prefix}*]`,
    reason:
      'Objects have names that nobody knows at deployment: one action on the keys under one prefix of one bucket is the narrowest grant.',
  });
}
