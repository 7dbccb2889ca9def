import assert from 'node:assert/strict';
import { draftOf, type KubeObject } from '../meta.ts';
import { kinds } from './index.ts';

/** What a kind warns of in a new object, or in a changed one, after defaults as in the API server. */
function warningsOf(kindName: string, object: object, old?: object): readonly string[] {
  const kind = kinds.find(({ resource }) => resource.kind === kindName);
  assert.ok(kind);
  const complete = (each: object): KubeObject => {
    const draft = draftOf({ metadata: { name: 'n' }, ...each } as unknown as KubeObject);
    kind.setDefaults?.(draft);
    return draft as unknown as KubeObject;
  };
  return kind.warnings?.(complete(object), old === undefined ? undefined : complete(old)) ?? [];
}

const container = { name: 'c', image: 'i' };
const podOf = (spec: object, metadata: object = {}): object => ({
  metadata: { name: 'n', ...metadata },
  spec: { containers: [container], ...spec },
});
const containing = (more: object): object => podOf({ containers: [{ ...container, ...more }] });
const term = (key: string, values: string[] = []): object => ({
  matchExpressions: [{ key, operator: 'In', values }],
});
const NULL_SELECTOR = 'a null labelSelector results in matching no pod';
const OWNER_NAME =
  'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]';
const workload = (template: object, more: object = {}): object => ({
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, ...template },
    ...more,
  },
});

const cases: readonly (readonly [what: string, kind: string, object: object, warnings: readonly string[]])[] =
  [
    ['nothing', 'Pod', podOf({}), []],
    [
      'a network policy that nobody enforces',
      'NetworkPolicy',
      { spec: { podSelector: {} } },
      ['network policies are stored, but nodes do not enforce them yet'],
    ],
    [
      'an autoscaler that nobody follows',
      'HorizontalPodAutoscaler',
      { spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'a', apiVersion: 'apps/v1' } } },
      ['autoscalers are stored, but nothing scales by them yet: there are no metrics of pods'],
    ],
    [
      'a name that is no label',
      'Pod',
      podOf({}, { name: 'a.b' }),
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
    [
      'a variable that hides another',
      'Pod',
      containing({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a variable that replaces a value with a reference',
      'Pod',
      containing({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      }),
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a variable made from the one before',
      'Pod',
      containing({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '$(A)2' },
        ],
      }),
      [],
    ],
    [
      'parts of bytes',
      'Pod',
      containing({
        resources: { limits: { memory: '1.5', 'ephemeral-storage': '1Gi' }, requests: { memory: '400m' } },
      }),
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "400m" is invalid, must be an integer',
      ],
    ],
    [
      'parts of bytes of disk, in init containers and overhead',
      'Pod',
      podOf({
        overhead: { memory: '1m' },
        initContainers: [
          { ...container, name: 'i', resources: { requests: { 'ephemeral-storage': '100m' } } },
        ],
      }),
      [
        'spec.overhead[memory]: fractional byte value "1m" is invalid, must be an integer',
        'spec.initContainers[0].resources.requests[ephemeral-storage]: fractional byte value "100m" is invalid, must be an integer',
      ],
    ],
    [
      'whole bytes with a part of a unit',
      'Pod',
      containing({ resources: { limits: { memory: '0.5Gi' } } }),
      [],
    ],
    [
      'old labels of nodes',
      'Pod',
      podOf({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'old labels of nodes in affinities, and values that no label has',
      'Pod',
      podOf({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [term('failure-domain.beta.kubernetes.io/zone', ['z'])],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: term('a', ['b', '-']) },
            ],
          },
        },
      }),
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
        "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[1]: - is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      'selectors that select nothing',
      'Pod',
      podOf({
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'failure-domain.beta.kubernetes.io/region',
            whenUnsatisfiable: 'DoNotSchedule',
          },
        ],
        affinity: {
          podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] },
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'k' } },
            ],
          },
        },
      }),
      [
        'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/region is deprecated since v1.17; use "topology.kubernetes.io/region" instead',
        `spec.topologySpreadConstraints[0].labelSelector: ${NULL_SELECTOR}`,
        `spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ${NULL_SELECTOR}`,
        `spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: ${NULL_SELECTOR}`,
      ],
    ],
    [
      'ports that are there twice',
      'Pod',
      podOf({
        containers: [
          {
            ...container,
            ports: [{ containerPort: 80 }, { containerPort: 80 }, { containerPort: 81, hostIP: '10.0.0.1' }],
          },
          { ...container, name: 'd', ports: [{ containerPort: 80, hostPort: 8080 }] },
        ],
      }),
      [
        'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
        'spec.containers[0].ports[2]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:10.0.0.1}',
        'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]',
        'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[1]',
      ],
    ],
    [
      'ports of which one has an address of the host',
      'Pod',
      containing({
        ports: [
          { containerPort: 80, hostPort: 80 },
          { containerPort: 80, hostPort: 80, hostIP: '10.0.0.1' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      }),
      ['spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]'],
    ],
    [
      'lists with the same twice',
      'Pod',
      podOf({
        hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }, { ip: 'FD00::1' }],
        imagePullSecrets: [{ name: 's' }, { name: 's' }, { name: '' }],
      }),
      [
        'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
        'spec.hostAliases[2].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
        'spec.imagePullSecrets[1].name: duplicate name "s"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    [
      'a negative grace, and name servers',
      'Pod',
      podOf({ terminationGracePeriodSeconds: -1, dnsConfig: { nameservers: ['10.0.0.1', 'fd00:0::1'] } }),
      [
        'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
        'spec.dnsConfig.nameservers[1]: IPv6 address "fd00:0::1" should be in RFC 5952 canonical format ("fd00::1")',
      ],
    ],
    [
      'old annotations',
      'Pod',
      podOf(
        {},
        {
          annotations: {
            'scheduler.alpha.kubernetes.io/critical-pod': '',
            'seccomp.security.alpha.kubernetes.io/pod': 'x',
            'container.seccomp.security.alpha.kubernetes.io/c': 'x',
            'container.apparmor.security.beta.kubernetes.io/c': 'x',
          },
        },
      ),
      [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
        'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: non-functional in v1.27+; use the "seccompProfile" field instead',
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
      ],
    ],
    [
      'old volumes, and files in the way of others',
      'Pod',
      podOf({
        volumes: [
          { name: 'g', gitRepo: { repository: 'r' } },
          { name: 'r', rbd: { monitors: ['m'], image: 'i' } },
          {
            name: 'm',
            configMap: {
              name: 'cm',
              items: [
                { key: 'a', path: 'p' },
                { key: 'b', path: 'p/q' },
              ],
            },
          },
          {
            name: 's',
            secret: {
              secretName: 'sec',
              items: [
                { key: 'a', path: 'p' },
                { key: 'b', path: 'pq' },
              ],
            },
          },
          {
            name: 'j',
            projected: {
              sources: [
                { configMap: { name: 'x', items: [{ key: 'a', path: 'token' }] } },
                { serviceAccountToken: { path: 'token' } },
                {},
              ],
            },
          },
          {
            name: 'e',
            ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1.5' } } } } },
          },
        ],
      }),
      [
        'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
        'spec.volumes[1].rbd: deprecated in v1.28, non-functional in v1.31+',
        'spec.volumes[5].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
        'volume "m" (ConfigMap "cm"): overlapping paths: "p/q" with "p"',
        'volume "j" (Projected ServiceAccountToken): overlapping paths: "token" with "token"',
        'volume "j" (Projected) has no sources provided',
      ],
    ],
    [
      'its template and name',
      'Deployment',
      {
        metadata: { name: 'a.b' },
        ...workload({ spec: { containers: [container], imagePullSecrets: [{}] } }),
      },
      [OWNER_NAME, 'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""'],
    ],
    [
      'its name',
      'ReplicaSet',
      { metadata: { name: 'a.b' }, ...workload({ spec: { containers: [container] } }) },
      [OWNER_NAME],
    ],
    [
      'nothing but its template',
      'DaemonSet',
      { metadata: { name: 'a.b' }, ...workload({ spec: { containers: [container] } }) },
      [],
    ],
    [
      'its claims and its history',
      'StatefulSet',
      workload(
        { spec: { containers: [container] } },
        {
          serviceName: 's',
          revisionHistoryLimit: -1,
          volumeClaimTemplates: [
            { metadata: { name: 'c' }, spec: { resources: { requests: { storage: '1m' } } } },
          ],
        },
      ),
      [
        'spec.volumeClaimTemplates[0].Spec.resources.requests[storage]: fractional byte value "1m" is invalid, must be an integer',
        'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
      ],
    ],
    [
      'too many indexes',
      'Job',
      workload(
        { spec: { containers: [container], restartPolicy: 'Never' } },
        { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001 },
      ),
      [
        'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
      ],
    ],
    [
      'what its jobs say, and its time zone',
      'CronJob',
      {
        metadata: { name: 'a.b' },
        spec: {
          schedule: 'TZ=UTC * * * * *',
          jobTemplate: {
            spec: {
              template: {
                spec: { containers: [container], restartPolicy: 'Never', imagePullSecrets: [{ name: '' }] },
              },
            },
          },
        },
      },
      [
        OWNER_NAME,
        'spec.jobTemplate.spec.template.spec.imagePullSecrets[0].name: invalid empty name ""',
        'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
      ],
    ],
    [
      'a part of a byte',
      'PersistentVolumeClaim',
      { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1m' } } } },
      ['spec.resources.requests[storage]: fractional byte value "1m" is invalid, must be an integer'],
    ],
    [
      'what a headless one ignores',
      'Service',
      {
        spec: {
          clusterIP: 'None',
          sessionAffinity: 'ClientIP',
          loadBalancerIP: '10.0.0.1',
          externalIPs: ['FD00::1'],
          ports: [{ port: 80 }],
        },
      },
      [
        'spec.loadBalancerIP is ignored for headless services',
        'spec.externalIPs is ignored for headless services',
        'spec.SessionAffinity is ignored for headless services',
        'spec.externalIPs[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      ],
    ],
    [
      'what is old or ignored',
      'Service',
      {
        metadata: { name: 'n', annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto' } },
        spec: {
          type: 'LoadBalancer',
          externalIPs: ['10.0.0.1'],
          externalName: 'x',
          trafficDistribution: 'PreferClose',
          loadBalancerSourceRanges: ['FD00::/8'],
          ports: [{ port: 80 }],
        },
      },
      [
        'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
        'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
        'spec.loadBalancerSourceRanges[0]: IPv6 CIDR value "FD00::/8" should be in RFC 5952 canonical format ("fd00::/8")',
        'spec.externalName is ignored when spec.type is not "ExternalName"',
        'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
      ],
    ],
    [
      'addresses of a name',
      'Service',
      { spec: { type: 'ExternalName', externalName: 'a.example', externalIPs: ['10.0.0.1'] } },
      ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    ],
    [
      'addresses',
      'Endpoints',
      { subsets: [{ addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: 'FD00::1' }] }] },
      [
        'subsets[0].notReadyAddresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      ],
    ],
    [
      'addresses',
      'EndpointSlice',
      { addressType: 'IPv6', endpoints: [{ addresses: ['FD00::1'] }] },
      [
        'endpoints[0].addresses[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      ],
    ],
    [
      'names for addresses',
      'EndpointSlice',
      { addressType: 'FQDN', endpoints: [{ addresses: ['a.example'] }] },
      ['spec.addressType: FQDN endpoints are deprecated'],
    ],
    [
      'old fields',
      'Node',
      { spec: { configSource: {}, externalID: 'x', podCIDRs: ['FD00::/64'] } },
      [
        'spec.configSource: the feature is removed',
        'spec.externalID: this field is deprecated, and is unused by Kubernetes',
        'spec.podCIDRs[0]: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")',
      ],
    ],
    [
      'an old annotation',
      'ServiceAccount',
      { metadata: { name: 'n', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } },
      [
        'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
      ],
    ],
    [
      'a certificate that is none',
      'Secret',
      { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } },
      ['tls: failed to find any PEM data in certificate input'],
    ],
  ];

describe('warnings of kinds', () => {
  for (const [what, kind, object, expected] of cases) {
    it(`${kind}: of ${what}`, () => assert.deepEqual(warningsOf(kind, object), expected));
  }

  it('are not repeated where nothing of the kind has changed', () => {
    const deployment = { ...workload({ spec: { containers: [container], imagePullSecrets: [{}] } }) };
    const at = (generation: number): object => ({ metadata: { name: 'a.b', generation }, ...deployment });
    assert.deepEqual(warningsOf('Deployment', at(1), at(1)), []);
    assert.deepEqual(warningsOf('Deployment', at(2), at(1)), [
      'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""',
    ]);
    const pod = containing({ env: [{ name: 'A' }, { name: 'A' }] });
    assert.deepEqual(warningsOf('Pod', pod, pod), []);
  });
});
