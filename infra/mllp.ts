import { basename } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  type ContainerDefinition,
  ContainerDependencyCondition,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { NetworkLoadBalancer, type NetworkTargetGroup, Protocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { asInterface } from './as-interface.ts';
import type { Data } from './data.ts';
import { grant } from './grants.ts';
import { technicalLogs } from './logs.ts';
import { ROOT } from './root.ts';
import type { Settings } from './settings.ts';

/** IANA: hl7. */
const MLLP_PORT = 2575;

/**
 * The secrets that must exist before this stack is deployed, written by the operator and never by us: what the gateway reads from
 * the file that each variable names. `relais/mllp/tokens` is JSON, certificate fingerprint → bearer token, renewed in place.
 */
export const MLLP_SECRETS = {
  TLS_KEY_FILE: 'relais/mllp/tls-key',
  TLS_CERT_FILE: 'relais/mllp/tls-cert',
  TLS_CA_FILE: 'relais/mllp/tls-ca',
  TOKENS_FILE: 'relais/mllp/tokens',
} as const;

const SECRETS_FOLDER = '/run/relais';
const AWS_CLI = 'public.ecr.aws/aws-cli/aws-cli:2.27.0';

/** Writes every secret to its file each minute: whole or not at all, so that a reader never sees half of one. */
const KEEP_SECRETS = `while :; do for name in ${Object.values(MLLP_SECRETS).join(' ')}; do file=${SECRETS_FOLDER}/$(basename $name); \
aws secretsmanager get-secret-value --secret-id $name --query SecretString --output text > $file.new && mv $file.new $file; done; sleep 60; done`;

/** Folders of the project that go into the image: a change elsewhere makes no new one. */
export const IMAGE_FOLDERS = ['lib/platform', 'lib/store', 'functions/mllp-gateway'] as const;

const OUTSIDE_THE_IMAGE = ['*', '!package.json', '!package-lock.json', '!lib', 'lib/*', '!functions', 'functions/*'];

/**
 * MLLP gateway: hospitals → network load balancer (TCP, passed through) → container on Fargate, where mutual TLS ends → HTTPS → intake.
 * One NAT gateway in place of six interface endpoints in two zones: the gateway must leave the VPC anyway (an HTTP API has no private
 * endpoint), and a hospital's queue waits out the loss of a zone.
 */
export class Mllp extends Construct {
  readonly vpc: IVpc;
  readonly service: FargateService;
  readonly balancer: NetworkLoadBalancer;
  readonly targets: NetworkTargetGroup;

  constructor(scope: Construct, id: string, data: Data, baseUrl: string, settings: Settings) {
    super(scope, id);
    this.vpc = asInterface(this.#network());
    const cluster = new Cluster(this, 'Cluster', { vpc: this.vpc, containerInsightsV2: ContainerInsights.ENABLED });
    const task = this.#task(data, baseUrl);

    const front = new SecurityGroup(this, 'Front', { vpc: this.vpc, description: 'MLLP from the hospitals', allowAllOutbound: false });
    for (const cidr of settings.mllpPeers) front.addIngressRule(Peer.ipv4(cidr), Port.tcp(MLLP_PORT), 'a hospital');
    const back = new SecurityGroup(this, 'Back', { vpc: this.vpc, description: 'MLLP gateway', allowAllOutbound: false });
    back.addIngressRule(front, Port.tcp(MLLP_PORT), 'load balancer');
    front.addEgressRule(back, Port.tcp(MLLP_PORT), 'gateway');
    back.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'intake, image registry, secrets, logs');

    this.service = new FargateService(this, 'Service', {
      cluster: asInterface(cluster),
      taskDefinition: task,
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      securityGroups: [back],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    });
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc: this.vpc,
      internetFacing: true,
      crossZoneEnabled: true,
      deletionProtection: true,
      securityGroups: [front],
    });
    Validations.of(this.balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'A network load balancer writes access logs of TLS listeners only; this one passes TCP through, the flow logs of the VPC see it.',
    });
    this.targets = this.balancer.addListener('Mllp', { port: MLLP_PORT, protocol: Protocol.TCP }).addTargets('Gateway', {
      port: MLLP_PORT,
      protocol: Protocol.TCP,
      targets: [this.service],
      preserveClientIp: true,
      // Longer than the slowest acknowledgement: a deployment cuts no message in two.
      deregistrationDelay: Duration.seconds(60),
    });
  }

  #network(): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.75.0.0/24'),
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'front', subnetType: SubnetType.PUBLIC, cidrMask: 27, mapPublicIpOnLaunch: false },
        { name: 'gateway', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 27 },
      ],
      // Nothing is ever in the default group; emptying it would take a function of CDK's own with a managed policy.
      restrictDefaultSecurityGroup: false,
      flowLogs: { Traffic: { destination: FlowLogDestination.toCloudWatchLogs(technicalLogs(this, 'Traffic')) } },
    });
    // Free, and image layers and blobs do not pay the NAT gateway.
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    return vpc;
  }

  #task(data: Data, baseUrl: string): FargateTaskDefinition {
    const role = new Role(this, 'TaskRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    // contracts.md 5: up to 20 MB; the blob first, then the intake by its key.
    grant(role, 'mllp:write', data);
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 1024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole: role,
      volumes: [{ name: 'secrets' }],
    });
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'The variables are names, addresses and paths of files; keys, certificates and tokens are read from Secrets Manager at run time.',
    });
    Validations.of(task.obtainExecutionRole()).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken, needed to pull the image, knows no resource; everything else in this role is bound to one.',
    });
    const logging = LogDriver.awsLogs({ logGroup: technicalLogs(this, 'Logs'), streamPrefix: 'mllp' });
    const gateway = task.addContainer('Gateway', {
      image: ContainerImage.fromAsset(ROOT, {
        file: 'functions/mllp-gateway/Dockerfile',
        platform: Platform.LINUX_ARM64,
        exclude: [...OUTSIDE_THE_IMAGE, ...IMAGE_FOLDERS.map((folder) => `!${folder}`)],
      }),
      portMappings: [{ containerPort: MLLP_PORT }],
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(60),
      logging,
      environment: {
        MLLP_PORT: String(MLLP_PORT),
        INTAKE_URL: `${baseUrl}/intake/hl7v2`,
        BLOB_BUCKET: data.blobs.bucketName,
        ...Object.fromEntries(Object.entries(MLLP_SECRETS).map(([variable, name]) => [variable, fileOf(name)])),
      },
    });
    gateway.addMountPoints({ sourceVolume: 'secrets', containerPath: SECRETS_FOLDER, readOnly: true });
    gateway.addContainerDependencies({ container: this.#secrets(task, logging), condition: ContainerDependencyCondition.HEALTHY });
    return task;
  }

  /** Beside the gateway: brings secrets as files, in place of variables that every process list and crash report would show. */
  #secrets(task: FargateTaskDefinition, logging: LogDriver): ContainerDefinition {
    for (const name of Object.values(MLLP_SECRETS)) {
      const { secretArn } = Secret.fromSecretNameV2(this, name, name);
      // Secrets Manager ends every ARN with a hyphen and six characters of its own.
      task.addToTaskRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [`${secretArn}-??????`] }));
    }
    const container = task.addContainer('Secrets', {
      image: ContainerImage.fromRegistry(AWS_CLI),
      entryPoint: ['sh', '-c'],
      command: [KEEP_SECRETS],
      readonlyRootFilesystem: true,
      logging,
      healthCheck: {
        command: [
          'CMD-SHELL',
          Object.values(MLLP_SECRETS)
            .map((name) => `test -s ${fileOf(name)}`)
            .join(' && '),
        ],
        interval: Duration.seconds(5),
        retries: 10,
      },
    });
    container.addMountPoints({ sourceVolume: 'secrets', containerPath: SECRETS_FOLDER, readOnly: false });
    return container;
  }
}

function fileOf(secretName: string): string {
  return `${SECRETS_FOLDER}/${basename(secretName)}`;
}
