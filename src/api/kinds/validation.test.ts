import assert from 'node:assert/strict';
import { asLines } from '../../../test/harness/fieldErrors.ts';
import type { Kind } from '../kind.ts';
import { clusterRole } from './clusterRole/kind.ts';
import { clusterRoleBinding } from './clusterRoleBinding/kind.ts';
import { configMap } from './configMap/kind.ts';
import { controllerRevision } from './controllerRevision/kind.ts';
import { deployment } from './deployment/kind.ts';
import { endpoints } from './endpoints/kind.ts';
import { endpointSlice } from './endpointSlice/kind.ts';
import { event } from './event/kind.ts';
import { lease } from './lease/kind.ts';
import { localSubjectAccessReview } from './localSubjectAccessReview/kind.ts';
import { namespace } from './namespace/kind.ts';
import { node } from './node/kind.ts';
import { podDisruptionBudget } from './podDisruptionBudget/kind.ts';
import { priorityClass } from './priorityClass/kind.ts';
import { replicaSet } from './replicaSet/kind.ts';
import { limitRange } from './limitRange/kind.ts';
import { resourceQuota } from './resourceQuota/kind.ts';
import { role } from './role/kind.ts';
import { roleBinding } from './roleBinding/kind.ts';
import { secret } from './secret/kind.ts';
import { service } from './service/kind.ts';
import { subjectAccessReview } from './subjectAccessReview/kind.ts';
import type { Draft, KubeObject } from '../meta.ts';

/** An object of a kind after defaulting. */
function objectOf(kind: Kind, content: object, metadata: object = {}): KubeObject {
  const draft = { metadata: { name: 'a', namespace: 'ns', ...metadata }, ...content } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as KubeObject;
}

const template = (more: object = {}): object => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'i' }], ...more },
});
const workload = (more: object = {}): object => ({
  spec: { selector: { matchLabels: { app: 'a' } }, template: template(), ...more },
});
const serviceOf = (more: object = {}): object => ({ spec: { ports: [{ port: 80 }], ...more } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const created: readonly (readonly [Kind, string, object, readonly string[]])[] = [
  [
    resourceQuota,
    'what cannot be counted',
    { spec: { hard: { pods: '1500m', frogs: '1', 'count/frogs.pond.example': '2', cpu: '-1' } } },
    [
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[frogs]: Invalid value: "frogs": must be a standard resource for quota',
      'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    resourceQuota,
    'scopes that do not go together',
    { spec: { hard: { pods: '1', services: '1' }, scopes: ['BestEffort', 'NotBestEffort'] } },
    [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
  ],
  [
    limitRange,
    'amounts in the wrong order',
    {
      spec: {
        limits: [
          { type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } },
          { type: 'Pod', default: { cpu: '1' } },
          { type: 'PersistentVolumeClaim' },
        ],
      },
    },
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "1": min value 2 is greater than default value 1',
      "spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[2].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
  ],
  [deployment, 'a plain one', workload(), []],
  [deployment, 'nothing', { spec: {} }, ['spec.selector: Required value', 'spec.template: Required value']],
  [
    deployment,
    'another selector',
    workload({ selector: { matchLabels: { app: 'b' } } }),
    [
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  ],
  [
    deployment,
    'an empty selector',
    workload({ selector: {} }),
    ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ],
  [
    deployment,
    'a pod that ends',
    workload({ template: template({ restartPolicy: 'Never' }) }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    deployment,
    'negative replicas',
    workload({ replicas: -1 }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    deployment,
    'no way forward',
    workload({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    deployment,
    'too much of it',
    workload({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [podDisruptionBudget, 'a budget that is relative', { spec: { maxUnavailable: '100%', selector: {} } }, []],
  [
    podDisruptionBudget,
    'both limits',
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    [
      'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
    ],
  ],
  [
    podDisruptionBudget,
    'limits that are none',
    { spec: { minAvailable: -1 } },
    ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    podDisruptionBudget,
    'more than all',
    { spec: { minAvailable: '101%' } },
    ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    podDisruptionBudget,
    'an unknown policy',
    { spec: { unhealthyPodEvictionPolicy: 'Never' } },
    [
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
  [
    deployment,
    'two strategies',
    workload({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    deployment,
    'an unknown strategy',
    workload({ strategy: { type: 'Blue' } }),
    ['spec.strategy.type: Unsupported value: "Blue": supported values: "Recreate", "RollingUpdate"'],
  ],
  [
    deployment,
    'a deadline too near',
    workload({ minReadySeconds: 600 }),
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
  [
    replicaSet,
    'an unknown operator',
    workload({ selector: { matchExpressions: [{ key: 'app', operator: 'Is' }] } }),
    [
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  ],
  [
    replicaSet,
    'a deadline',
    workload({ template: template({ activeDeadlineSeconds: 5 }) }),
    [
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  ],
  [service, 'a plain one', serviceOf(), []],
  [service, 'no ports', { spec: {} }, ['spec.ports: Required value']],
  [service, 'no ports, headless', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }, []],
  [
    service,
    'ports without names',
    serviceOf({ ports: [{ port: 1 }, { port: 2, name: 'b' }] }),
    ['spec.ports[0].name: Required value'],
  ],
  [
    service,
    'the same port twice',
    serviceOf({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    }),
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":1}'],
  ],
  [
    service,
    'the same port in two protocols',
    serviceOf({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b', protocol: 'UDP' },
      ],
    }),
    [],
  ],
  [
    service,
    'a node port where there is none',
    serviceOf({ ports: [{ port: 1, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    service,
    'an unknown type',
    serviceOf({ type: 'Mesh' }),
    [
      'spec.type: Unsupported value: "Mesh": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      'spec.internalTrafficPolicy: Required value',
    ],
  ],
  [
    service,
    'an external name that is none',
    { spec: { type: 'ExternalName', externalName: '' } },
    ['spec.externalName: Required value'],
  ],
  [service, 'an external name', { spec: { type: 'ExternalName', externalName: 'example.com.' } }, []],
  [
    service,
    'two stacks',
    serviceOf({ ipFamilyPolicy: 'RequireDualStack' }),
    [
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
  ],
  [
    service,
    'the other stack',
    serviceOf({ ipFamilies: ['IPv6'] }),
    ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  ],
  [
    service,
    'a loopback address',
    serviceOf({ externalIPs: ['127.0.0.1'] }),
    [
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [
    service,
    'affinity for two days',
    serviceOf({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 172800 } },
    }),
    [
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 172800: must be greater than 0 and less than 86400',
    ],
  ],
  [
    service,
    'a policy without meaning',
    serviceOf({ externalTrafficPolicy: 'Local' }),
    [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
  ],
  [
    configMap,
    'a bad key',
    { data: { 'a/b': '' } },
    [
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    configMap,
    'a key in both',
    { data: { a: '' }, binaryData: { a: '' } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  [
    configMap,
    'too much',
    { data: { a: 'x'.repeat(1048577) } },
    ['[]: Too long: may not be more than 1048576 bytes'],
  ],
  [
    secret,
    'TLS without key',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    ['data[tls.key]: Required value'],
  ],
  [
    secret,
    'a pull secret that is no JSON',
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('{') } },
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON'],
  ],
  [
    secret,
    'a token without account',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
  [
    namespace,
    'an unknown finalizer',
    { spec: { finalizers: ['mine'] } },
    [
      'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    node,
    'a taint twice',
    {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoSchedule' },
        ],
      },
    },
    [
      'spec.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
    ],
  ],
  [
    node,
    'a taint without effect',
    { spec: { taints: [{ key: 'a' }] } },
    ['spec.taints[0].effect: Required value'],
  ],
  [
    event,
    'another namespace',
    { involvedObject: { namespace: 'other' } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    event,
    'the newer form, empty',
    { involvedObject: { namespace: 'ns' }, eventTime: 't', reportingComponent: 'a' },
    ['reportingInstance: Required value', 'action: Required value', 'reason: Required value'],
  ],
  [
    lease,
    'no time',
    { spec: { leaseDurationSeconds: 0 } },
    ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  ],
  [
    endpoints,
    'no addresses',
    { subsets: [{}] },
    ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  ],
  [
    endpointSlice,
    'an address of the other family',
    { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address'],
  ],
  [
    endpointSlice,
    'no addresses',
    { addressType: 'IPv4', endpoints: [{}] },
    ['endpoints[0].addresses: Required value: must contain at least 1 address'],
  ],
  [controllerRevision, 'no data', {}, ['data: Required value: data is mandatory']],
  [
    role,
    'a rule of nothing',
    { rules: [{}] },
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    role,
    'a path',
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  ],
  [clusterRole, 'a path', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }, []],
  [
    clusterRole,
    'aggregation of nothing',
    { aggregationRule: {} },
    [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ],
  [
    roleBinding,
    'nobody in particular',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'ServiceAccount', name: 'a' },
        { kind: 'Robot', name: 'b' },
      ],
    },
    ['subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
  ],
  [
    clusterRoleBinding,
    'nobody in particular',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'a' }, { kind: 'User' }],
    },
    [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
      'subjects[1].name: Required value',
      'subjects[1].name: Invalid value: "": user name cannot be empty',
    ],
  ],
  [
    endpointSlice,
    'a host name of one label',
    { addressType: 'FQDN', endpoints: [{ addresses: ['localhost', 'a.example.com.'] }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "localhost": should be a domain with at least two segments separated by dots',
    ],
  ],
  [
    subjectAccessReview,
    'nothing',
    { spec: {} },
    [
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
  ],
  [
    localSubjectAccessReview,
    'another namespace',
    { spec: { user: 'u', resourceAttributes: { namespace: 'other' } } },
    ['spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace'],
  ],
];

describe('validate', () => {
  for (const [kind, name, content, expected] of created) {
    it(`${kind.resource.kind}: says about ${name}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      assert.deepEqual(asLines(kind.validate(objectOf(kind, content))), expected);
    });
  }

  it('PriorityClass: keeps the system names and values to the system', () => {
    const about = (name: string, value: number): string[] =>
      asLines(priorityClass.validate(objectOf(priorityClass, { value }, { name })));
    assert.deepEqual(about('system-node-critical', 2000001000), []);
    assert.deepEqual(about('mine', 1000000000), []);
    assert.deepEqual(about('mine', 1000000001), [
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ]);
    assert.deepEqual(about('system-mine', 1), [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ]);
  });
});

const IMMUTABLE_SET = 'Forbidden: field is immutable when `immutable` is set';
const updated: readonly (readonly [Kind, string, object, object, readonly string[]])[] = [
  [
    deployment,
    'another selector',
    workload(),
    workload({ selector: { matchLabels: { app: 'b' } } }),
    ['spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'],
  ],
  [
    replicaSet,
    'the same selector',
    workload(),
    workload({ selector: { matchLabels: { app: 'a' }, matchExpressions: [] } }),
    [],
  ],
  [
    configMap,
    'a frozen one',
    { immutable: true, data: { a: '1' } },
    { data: { a: '' } },
    [`immutable: ${IMMUTABLE_SET}`, `data: ${IMMUTABLE_SET}`],
  ],
  [
    configMap,
    'a key with an empty value taken away from a frozen one',
    { immutable: true, data: { a: '' } },
    { immutable: true },
    [`data: ${IMMUTABLE_SET}`],
  ],
  [configMap, 'one that is frozen now', { data: { a: '1' } }, { immutable: true, data: { a: '2' } }, []],
  [secret, 'another type', { type: 'a' }, { type: 'b' }, ['type: Invalid value: "b": field is immutable']],
  [
    node,
    'another pod range',
    { spec: { podCIDRs: ['10.0.0.0/24'] } },
    { spec: { podCIDRs: ['10.0.1.0/24'] } },
    ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
  ],
  [
    node,
    'another machine',
    { spec: { providerID: 'a' } },
    { spec: {} },
    ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
  ],
  [
    endpointSlice,
    'another family',
    { addressType: 'IPv4' },
    { addressType: 'IPv6' },
    ['addressType: Invalid value: "IPv6": field is immutable'],
  ],
  [
    controllerRevision,
    'other data',
    { data: { a: 1 } },
    { data: { a: 2 } },
    ['data: Invalid value: {"a":2}: field is immutable'],
  ],
  [
    roleBinding,
    'another role',
    { roleRef: { kind: 'Role', name: 'a' } },
    { roleRef: { kind: 'Role', name: 'b' } },
    [
      'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ],
  ],
  [
    priorityClass,
    'another value',
    { value: 1 },
    { value: 2 },
    ['value: Forbidden: may not be changed in an update.'],
  ],
];

describe('validateUpdate', () => {
  for (const [kind, name, before, now, expected] of updated) {
    it(`${kind.resource.kind}: says about ${name}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      const errors = kind.validateUpdate?.(objectOf(kind, now), objectOf(kind, before)) ?? [];
      assert.deepEqual(asLines(errors), expected);
    });
  }
});
