import assert from 'node:assert/strict';
import type { Kind } from '../kind.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { clusterRole } from './clusterRole/kind.ts';
import { controllerRevision } from './controllerRevision/kind.ts';
import { deployment } from './deployment/kind.ts';
import { endpoints } from './endpoints/kind.ts';
import { endpointSlice } from './endpointSlice/kind.ts';
import { event } from './event/kind.ts';
import { eventsV1From, coreEventFrom } from './event/conversion.ts';
import { lease } from './lease/kind.ts';
import { namespace } from './namespace/kind.ts';
import { node } from './node/kind.ts';
import { podDisruptionBudget } from './podDisruptionBudget/kind.ts';
import { priorityClass } from './priorityClass/kind.ts';
import { replicaSet } from './replicaSet/kind.ts';
import { roleBinding } from './roleBinding/kind.ts';
import { secret } from './secret/kind.ts';
import { service } from './service/kind.ts';
import { serviceAccount } from './serviceAccount/kind.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function objectOf(kind: Kind, content: object, metadata: object = {}): KubeObject {
  const draft = {
    metadata: { name: 'a', creationTimestamp: minutesAgo(15), ...metadata },
    ...content,
  } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as KubeObject;
}

const template = {
  metadata: { labels: { app: 'x' } },
  spec: {
    containers: [
      { name: 'c', image: 'i:1' },
      { name: 'd', image: 'j:2' },
    ],
  },
};
const selector = {
  matchLabels: { app: 'x' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
};

/** Kind, object, the columns that upstream has (the wide ones in brackets) and their cells. */
const cases: readonly (readonly [Kind, KubeObject, string, readonly unknown[]])[] = [
  [namespace, objectOf(namespace, {}), 'Name Status Age', ['a', 'Active', '15m']],
  [
    node,
    objectOf(
      node,
      {
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'False' }],
          nodeInfo: { kubeletVersion: 'v1.36.0' },
          addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        },
      },
      {
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/edge': '',
          'kubernetes.io/role': 'old',
        },
      },
    ),
    'Name Status Roles Age Version [Internal-IP] [External-IP] [OS-Image] [Kernel-Version] [Container-Runtime]',
    [
      'a',
      'NotReady,SchedulingDisabled',
      'edge,old,worker',
      '15m',
      'v1.36.0',
      '10.0.0.1',
      '<none>',
      '<unknown>',
      '<unknown>',
      '<unknown>',
    ],
  ],
  [
    service,
    objectOf(service, {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        externalIPs: ['1.2.3.4'],
        selector: { b: '2', a: '1' },
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }),
    'Name Type Cluster-IP External-IP Port(s) Age [Selector]',
    ['a', 'NodePort', '10.96.0.9', '1.2.3.4', '80:30080/TCP,53/UDP', '15m', 'a=1,b=2'],
  ],
  [
    service,
    objectOf(service, { spec: { type: 'LoadBalancer' } }),
    'Name Type Cluster-IP External-IP Port(s) Age [Selector]',
    ['a', 'LoadBalancer', '<none>', '<pending>', '<none>', '15m', '<none>'],
  ],
  [
    service,
    objectOf(service, { spec: { type: 'ExternalName', externalName: 'b.c' } }),
    'Name Type Cluster-IP External-IP Port(s) Age [Selector]',
    ['a', 'ExternalName', '<none>', 'b.c', '<none>', '15m', '<none>'],
  ],
  [
    endpoints,
    objectOf(endpoints, {
      subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], ports: [{ port: 1 }, { port: 2 }] }],
    }),
    'Name Endpoints Age',
    ['a', '10.0.0.1:1,10.0.0.2:1,10.0.0.1:2 + 1 more...', '15m'],
  ],
  [endpoints, objectOf(endpoints, {}), 'Name Endpoints Age', ['a', '<none>', '15m']],
  [
    endpointSlice,
    objectOf(endpointSlice, {
      addressType: 'IPv4',
      ports: [{ port: 80 }, {}],
      endpoints: [{ addresses: ['10.0.0.1'] }],
    }),
    'Name AddressType Ports Endpoints Age',
    ['a', 'IPv4', '80,*', '10.0.0.1', '15m'],
  ],
  [
    endpointSlice,
    objectOf(endpointSlice, { addressType: 'IPv4' }),
    'Name AddressType Ports Endpoints Age',
    ['a', 'IPv4', '<unset>', '<unset>', '15m'],
  ],
  [
    deployment,
    objectOf(deployment, {
      spec: { replicas: 3, selector, template },
      status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 },
    }),
    'Name Ready Up-to-date Available Age [Containers] [Images] [Selector]',
    ['a', '2/3', 1, 2, '15m', 'c,d', 'i:1,j:2', 'app=x,tier in (a,b)'],
  ],
  [
    replicaSet,
    objectOf(replicaSet, { spec: { selector, template }, status: { replicas: 1 } }),
    'Name Desired Current Ready Age [Containers] [Images] [Selector]',
    ['a', 1, 1, 0, '15m', 'c,d', 'i:1,j:2', 'app=x,tier in (a,b)'],
  ],
  [
    controllerRevision,
    objectOf(
      controllerRevision,
      { revision: 4 },
      { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', controller: true }] },
    ),
    'Name Controller Revision Age',
    ['a', 'daemonset.apps/d', 4, '15m'],
  ],
  [
    podDisruptionBudget,
    objectOf(podDisruptionBudget, { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 2 } }),
    'Name Min Available Max Unavailable Allowed Disruptions Age',
    ['a', '50%', 'N/A', 2, '15m'],
  ],
  [
    podDisruptionBudget,
    objectOf(podDisruptionBudget, { spec: { maxUnavailable: 0 } }),
    'Name Min Available Max Unavailable Allowed Disruptions Age',
    ['a', 'N/A', '0', 0, '15m'],
  ],
  [secret, objectOf(secret, { data: { a: '', b: '' } }), 'Name Type Data Age', ['a', 'Opaque', 2, '15m']],
  [serviceAccount, objectOf(serviceAccount, {}), 'Name Secrets Age', ['a', 0, '15m']],
  [lease, objectOf(lease, { spec: { holderIdentity: 'me' } }), 'Name Holder Age', ['a', 'me', '15m']],
  [clusterRole, objectOf(clusterRole, {}), 'Name Created At', ['a', minutesAgo(15)]],
  [
    roleBinding,
    objectOf(roleBinding, {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    }),
    'Name Role Age [Users] [Groups] [ServiceAccounts]',
    ['a', 'Role/r', '15m', 'u', 'g', 'n/s'],
  ],
  [
    priorityClass,
    objectOf(priorityClass, { value: 5 }),
    'Name Value Global-Default Age PreemptionPolicy',
    ['a', 5, false, '15m', 'PreemptLowerPriority'],
  ],
  [
    event,
    objectOf(event, {
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{c}' },
      type: 'Normal',
      reason: 'Pulled',
      message: ' done \n',
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: minutesAgo(20),
      lastTimestamp: minutesAgo(11),
      count: 3,
    }),
    'Last Seen Type Reason Object [Subobject] [Source] Message [First Seen] [Count] [Name]',
    ['11m', 'Normal', 'Pulled', 'pod/p', 'spec.containers{c}', 'kubelet, n1', 'done', '20m', 3, 'a'],
  ],
  [
    event,
    objectOf(event, {
      involvedObject: { kind: 'Pod', name: 'p' },
      eventTime: minutesAgo(30),
      reportingComponent: 'sched',
      series: { count: 2, lastObservedTime: minutesAgo(12) },
    }),
    'Last Seen Type Reason Object [Subobject] [Source] Message [First Seen] [Count] [Name]',
    ['12m', '', '', 'pod/p', '', 'sched', '', '30m', 2, 'a'],
  ],
];

describe('tables', () => {
  for (const [kind, object, columns, cells] of cases) {
    it(`${kind.resource.kind}: ${cells.join(' | ')}`, () => {
      const names = kind.columns.map(({ name, priority }) => (priority === 1 ? `[${name}]` : name));
      assert.equal(names.join(' '), columns);
      assert.deepEqual(
        kind.columns.map((column) => column.cell(object, NOW)),
        cells,
      );
    });
  }
});

describe('events.k8s.io/v1', () => {
  const stored = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: 't' },
    involvedObject: { kind: 'Pod' },
    message: 'm',
    reportingComponent: 'c',
    reportingInstance: 'i',
    source: { component: 's' },
    count: 2,
    firstTimestamp: 'f',
    lastTimestamp: 'l',
    eventTime: 'e',
    action: 'x',
  };

  it('shows the same event under other names, and back', () => {
    const shown = eventsV1From(stored);
    assert.deepEqual(shown, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: stored.metadata,
      regarding: { kind: 'Pod' },
      note: 'm',
      reportingController: 'c',
      reportingInstance: 'i',
      deprecatedSource: { component: 's' },
      deprecatedCount: 2,
      deprecatedFirstTimestamp: 'f',
      deprecatedLastTimestamp: 'l',
      eventTime: 'e',
      action: 'x',
    });
    assert.deepEqual(coreEventFrom(structuredClone(shown) as unknown as Draft), stored);
  });
});
