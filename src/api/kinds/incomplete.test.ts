import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type Draft, type KubeObject } from '../meta.ts';
import { apiVersionOf } from '../resource.ts';
import type { Kind } from '../kind.ts';
import { kinds } from './index.ts';
import { csiDriver } from './csiDriver/kind.ts';
import { csiNode } from './csiNode/kind.ts';
import { cronJob } from './cronJob/kind.ts';
import { daemonSet } from './daemonSet/kind.ts';
import { job } from './job/kind.ts';
import { persistentVolume } from './persistentVolume/kind.ts';
import { persistentVolumeClaim } from './persistentVolumeClaim/kind.ts';
import { replicationController } from './replicationController/kind.ts';
import { service } from './service/kind.ts';
import { statefulSet } from './statefulSet/kind.ts';
import { volumeAttachment } from './volumeAttachment/kind.ts';

const podSpec = {
  containers: [
    {
      name: 'c',
      image: 'i',
      ports: [{ name: 'http', containerPort: 80, hostPort: 80 }],
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
        { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      envFrom: [{ configMapRef: { name: 'm' } }],
      resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
      volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }],
      livenessProbe: { exec: { command: ['x'] } },
      readinessProbe: { httpGet: { port: 'http', httpHeaders: [{ name: 'h', value: 'v' }] } },
      startupProbe: { grpc: { port: 1 } },
      lifecycle: { preStop: { sleep: { seconds: 1 } }, postStart: { tcpSocket: { port: 1 } } },
      securityContext: {
        seccompProfile: { type: 'Localhost', localhostProfile: 'p' },
        appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
        capabilities: { add: ['X'] },
      },
    },
  ],
  initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always' }],
  ephemeralContainers: [{ name: 'e', image: 'i', targetContainerName: 'c' }],
  volumes: [
    { name: 'v', hostPath: { path: '/x' } },
    { name: 'w', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'x', secret: { secretName: 's', items: [{ key: 'k', path: 'p' }] } },
    { name: 'y', downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
    {
      name: 'z',
      projected: { sources: [{ serviceAccountToken: { path: 't' } }, { configMap: { name: 'm' } }] },
    },
    { name: 'q', image: { reference: 'r' } },
    {
      name: 'r',
      ephemeral: {
        volumeClaimTemplate: {
          metadata: { labels: { a: 'b' } },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      },
    },
  ],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
            matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
          },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [] } }],
    },
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'k', labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['c'] },
      ],
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'k' } }],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'k',
      whenUnsatisfiable: 'DoNotSchedule',
      minDomains: 1,
      labelSelector: { matchLabels: { app: 'a' } },
      matchLabelKeys: ['a'],
    },
  ],
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }],
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['1.1.1.1'], searches: ['a'], options: [{ name: 'o' }] },
  hostAliases: [{ ip: '1.1.1.1', hostnames: ['h'] }],
  securityContext: { sysctls: [{ name: 'a', value: 'b' }], supplementalGroups: [1] },
  schedulingGates: [{ name: 'g' }],
  readinessGates: [{ conditionType: 'c' }],
  os: { name: 'linux' },
  serviceAccountName: 'default',
};

/** One object with something in every field that the rules of most kinds look at. */
const full = {
  spec: {
    ...podSpec,
    replicas: 1,
    selector: {
      matchLabels: { app: 'a' },
      matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }],
    },
    template: { metadata: { labels: { app: 'a' }, annotations: { a: 'b' } }, spec: podSpec },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '10%' } },
    type: 'LoadBalancer',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ports: [{ name: 'a', port: 1, nodePort: 30000, targetPort: 'b', protocol: 'TCP' }],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } },
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    taints: [{ key: 'a', effect: 'NoSchedule' }],
    podCIDRs: ['10.0.0.0/24'],
    finalizers: ['kubernetes'],
    holderIdentity: 'h',
    preemptionPolicy: 'Never',
    resourceAttributes: { namespace: 'ns' },
    user: 'u',
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    podIPs: [{ ip: '10.0.0.1' }],
    hostIPs: [{ ip: '10.0.0.1' }],
    containerStatuses: [{ name: 'c', ready: true, restartCount: 1, state: { terminated: { exitCode: 0 } } }],
    initContainerStatuses: [{ name: 'i', ready: true, restartCount: 1, state: { waiting: { reason: 'x' } } }],
    loadBalancer: { ingress: [{ ip: '1.1.1.1', hostname: 'h' }] },
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    capacity: { cpu: '1' },
  },
  rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
  roleRef: { kind: 'ClusterRole', name: 'r' },
  subjects: [
    { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    { kind: 'User', name: 'u' },
  ],
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 1 }] }],
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], hostname: 'h' }],
  ports: [{ name: 'a', port: 1 }],
  involvedObject: { kind: 'Pod', name: 'p', namespace: 'ns' },
  eventTime: 't',
  reportingComponent: 'c',
  reportingInstance: 'i',
  action: 'a',
  reason: 'r',
  series: { count: 2, lastObservedTime: '2026-01-01T00:00:00Z' },
  source: { component: 'c' },
  data: { a: 'eA==' },
  value: 1,
  revision: 1,
  provisioner: 'd.example',
  driverName: 'd.example',
  parameters: { a: 'b' },
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
  allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
  nodeTopology: { matchLabels: { zone: 'a' } },
  storageClassName: 'fast',
  capacity: '1Gi',
};

/** Fields of the spec that mean something else to some of these kinds. */
const otherwise = new Map<Kind, Record<string, unknown>>([
  [service, { selector: { app: 'a' } }],
  [replicationController, { selector: { app: 'a' } }],
  [
    job,
    {
      manualSelector: true,
      completionMode: 'Indexed',
      completions: 3,
      backoffLimitPerIndex: 1,
      successPolicy: { rules: [{ succeededIndexes: '0,1', succeededCount: 1 }] },
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
          { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [1, 2] } },
        ],
      },
      template: { ...full.spec.template, spec: { ...podSpec, restartPolicy: 'Never' } },
    },
  ],
  [
    cronJob,
    {
      schedule: '*/5 * * * *',
      timeZone: 'Europe/Berlin',
      jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
    },
  ],
  [
    statefulSet,
    {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      ordinals: { start: 1 },
    },
  ],
  [
    persistentVolumeClaim,
    {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'local',
      dataSource: { kind: 'PersistentVolumeClaim', name: 'other' },
    },
  ],
  [
    persistentVolume,
    {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      storageClassName: 'local',
      local: { path: '/data' },
      claimRef: { namespace: 'ns', name: 'c', uid: 'u' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n'] }] },
          ],
        },
      },
    },
  ],
  [
    csiDriver,
    { tokenRequests: [{ audience: 'a', expirationSeconds: 600 }], volumeLifecycleModes: ['Ephemeral'] },
  ],
  [
    csiNode,
    { drivers: [{ name: 'd.example', nodeID: 'n', topologyKeys: ['zone'], allocatable: { count: 3 } }] },
  ],
  [volumeAttachment, { attacher: 'd.example', nodeName: 'n', source: { persistentVolumeName: 'v' } }],
  [daemonSet, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } } }],
]);

/** A kind may have such an object of its own, `whole.json` beside it; the rest share one. */
function wholeOf(kind: Kind): Record<string, unknown> {
  const folder = kind.resource.kind.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase());
  const file = path.join(import.meta.dirname, folder, 'whole.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const shared = structuredClone(full);
  return { ...shared, spec: { ...shared.spec, ...structuredClone(otherwise.get(kind)) } };
}

/** All places in an object where a field can be taken away. */
function placesOf(value: unknown): (readonly [Record<string, unknown>, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value)
    ? []
    : Object.keys(value).map((key) => [value as Record<string, unknown>, key] as const);
  return [...own, ...Object.values(value).flatMap(placesOf)];
}

function objectOf(kind: Kind, cuts: readonly number[]): Draft {
  const content = wholeOf(kind);
  for (const cut of cuts) {
    const places = placesOf(content);
    const place = places[cut % places.length];
    if (place !== undefined) Reflect.deleteProperty(place[0], place[1]);
  }
  const { metadata, ...rest } = content;
  return {
    apiVersion: apiVersionOf(kind.resource),
    kind: kind.resource.kind,
    metadata: {
      name: 'x',
      ...(metadata as object | undefined),
      resourceVersion: '1',
      ...(kind.resource.namespaced ? { namespace: 'ns' } : {}),
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    ...rest,
  };
}

/** Everything that the server does with an object, on its way in and out. */
function passThrough(kind: Kind, cuts: readonly number[]): void {
  const context = { now: '2026-01-01T00:00:00Z', user: { name: 'u', groups: [] } };
  const old = objectOf(kind, []);
  kind.setDefaults?.(old);
  kind.prepareForCreate?.(old, context);
  const draft = objectOf(kind, cuts);
  kind.setDefaults?.(draft);
  const settled = structuredClone(draft);
  kind.setDefaults?.(draft);
  assert.deepEqual(draft, settled, 'defaults settle at once');
  const object = draft as unknown as KubeObject;
  const before = old as unknown as KubeObject;
  const errors = kind.validate(object);
  kind.validateUpdate?.(object, before);
  kind.status?.validateUpdate?.(object, before);
  kind.prepareForUpdate?.(draft, before, context);
  // A refused object is neither stored nor shown.
  if (errors.length > 0) return;
  kind.selectableFields?.(object);
  for (const column of kind.columns) column.cell(object, 0);
  kind.gracePeriodSeconds?.(object, undefined);
  kind.deletion?.keeps(object);
}

describe('objects with fields missing anywhere', () => {
  for (const kind of kinds) {
    it(`${kind.resource.kind}: are defaulted, refused or shown, and never throw`, () => {
      const whole = objectOf(kind, []);
      kind.setDefaults?.(whole);
      assert.deepEqual(kind.validate(whole as unknown as KubeObject), [], 'whole it is valid');
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => passThrough(kind, cuts)),
        { numRuns: 20 },
      );
    });
  }
});
