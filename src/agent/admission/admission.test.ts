import assert from 'node:assert/strict';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import type { Node, Pod, PodSpec } from '../../api/types.ts';
import type { NodeFacts } from './contract.ts';
import { objectionTo } from './index.ts';

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { 'kubernetes.io/os': 'linux', disk: 'ssd' } },
  spec: {
    taints: [
      { key: 'maintenance', effect: 'NoExecute' },
      { key: 'gpu', effect: 'NoSchedule' },
    ],
  },
} as unknown as Node;
const FACTS: NodeFacts = {
  node: { ...NODE, spec: {} },
  allocatable: { cpu: '1', pods: '110' },
  hasAppArmor: false,
  pressure: new Set(),
};

const sysctls = (...names: readonly string[]): Partial<PodSpec> => ({
  securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) },
});
const port = testContainer('app', { ports: [{ containerPort: 80, hostPort: 80 }] });
const confined = testContainer('app', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } });
const required = (values: readonly string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values }] }],
      },
    },
  },
});
const APPARMOR = 'AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host';
const AFFINITY =
  "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";

/** A pod, more of the node, and what the node says: reason and message. */
const CASES: readonly (readonly [what: string, pod: Pod, said: string, facts?: Partial<NodeFacts>])[] = [
  ['nothing special', testPod(), ''],
  ['safe sysctls', testPod(sysctls('kernel.shm_rmid_forced', 'net/ipv4/tcp_rmem')), ''],
  [
    'any pod on a node without room on its disk',
    testPod({ containers: [testContainer('app', { resources: { requests: { cpu: '1m' } } })] }),
    'Evicted: The node had condition: [DiskPressure]. ',
    { pressure: new Set(['DiskPressure'] as const) },
  ],
  [
    'a pod that says nothing of its memory on a node that is short of it',
    testPod(),
    'Evicted: The node had condition: [MemoryPressure]. ',
    { pressure: new Set(['MemoryPressure'] as const) },
  ],
  [
    'one that tolerates it',
    testPod({ tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' }] }),
    '',
    { pressure: new Set(['MemoryPressure'] as const) },
  ],
  [
    'one that says how much it needs',
    testPod({ containers: [testContainer('app', { resources: { requests: { cpu: '1m' } } })] }),
    '',
    { pressure: new Set(['MemoryPressure'] as const) },
  ],
  [
    'one that the node lives by',
    testPod({ priority: 2_000_001_000 }),
    '',
    { pressure: new Set(['MemoryPressure', 'DiskPressure'] as const) },
  ],
  [
    'an unsafe sysctl',
    testPod(sysctls('net.ipv4.tcp_syncookies', 'kernel.msgmax')),
    'SysctlForbidden: forbidden sysctl: "kernel.msgmax" not allowlisted',
  ],
  [
    'an unsafe sysctl with slashes',
    testPod(sysctls('net/core/somaxconn')),
    'SysctlForbidden: forbidden sysctl: "net.core.somaxconn" not allowlisted',
  ],
  [
    'a sysctl of the host’s own network',
    testPod({ ...sysctls('net.ipv4.tcp_syncookies'), hostNetwork: true }),
    'SysctlForbidden: forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
  ],
  [
    'a label of another system',
    testPod({}, { metadata: { labels: { 'kubernetes.io/os': 'windows' } } }),
    "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
  ],
  [
    'another system',
    testPod({ os: { name: 'windows' } }),
    "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
  ],
  ['this system', testPod({ os: { name: 'linux' } }), ''],
  [
    'groups that are not merged',
    testPod({ securityContext: { supplementalGroupsPolicy: 'Strict' } }),
    'SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported in this node',
  ],
  ['merged groups', testPod({ securityContext: { supplementalGroupsPolicy: 'Merge' } }), ''],
  [
    'more than there is',
    testPod({ containers: [testContainer('app', { resources: { requests: { cpu: '2' } } })] }),
    "OutOfcpu: Node didn't have enough resource: cpu, requested: 2000, used: 0, capacity: 1000",
  ],
  [
    'a port of the host that is taken',
    testPod({ containers: [port] }),
    "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ],
  ['another node by selector', testPod({ nodeSelector: { disk: 'hdd' } }), AFFINITY],
  ['this node by selector', testPod({ nodeSelector: { disk: 'ssd' } }), ''],
  ['another node by affinity', testPod(required(['hdd'])), AFFINITY],
  ['this node by affinity', testPod(required(['ssd', 'nvme'])), ''],
  ['a node that is not known yet', testPod({ nodeSelector: { disk: 'hdd' } }), '', { node: undefined }],
  [
    'no toleration of what ends pods',
    testPod({ tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
    "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    { node: NODE },
  ],
  [
    'a toleration',
    testPod({ tolerations: [{ key: 'maintenance', operator: 'Exists' }] }),
    '',
    { node: NODE },
  ],
  ['a profile of AppArmor', testPod({ containers: [confined] }), APPARMOR],
  [
    'a profile of AppArmor where there is one',
    testPod({ containers: [confined] }),
    '',
    { hasAppArmor: true },
  ],
  [
    'a profile for the whole pod',
    testPod({ securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'x' } } }),
    APPARMOR,
  ],
  [
    'a profile by annotation',
    testPod(
      {},
      { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'localhost/x' } } },
    ),
    APPARMOR,
  ],
  [
    'no profile for the one container of a confined pod',
    testPod({
      securityContext: { appArmorProfile: { type: 'RuntimeDefault' } },
      containers: [testContainer('app', { securityContext: { appArmorProfile: { type: 'Unconfined' } } })],
    }),
    '',
  ],
];

describe('admission on the node', () => {
  const other = testPod({ containers: [port] }, { metadata: { uid: 'other' } });
  for (const [what, pod, said, facts] of CASES) {
    it(`of a pod that asks for ${what}: ${said === '' ? 'admitted' : said}`, () => {
      const failure = objectionTo(pod, [other], { ...FACTS, ...facts });
      assert.equal(failure === undefined ? '' : `${failure.reason}: ${failure.message}`, said);
    });
  }
});
