import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import type { Draft } from '../../meta.ts';
import { pod as podKind } from './kind.ts';
import type { Pod } from '../../types.ts';
import { validatePod } from './validation.ts';

/** A valid pod as it is after defaulting, with parts of its spec and of its first container replaced. */
function podWith(spec: object = {}, container: object = {}, metadata: object = {}): Pod {
  const draft = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', ...metadata },
    spec: {
      containers: [{ name: 'c', image: 'busybox:1', ...container }],
      serviceAccountName: 'default',
      ...spec,
    },
  } as unknown as Draft<Pod>;
  podKind.setDefaults?.(draft);
  return draft as unknown as Pod;
}

const C = 'spec.containers[0]';
const emptyDir = (name: string): object => ({ name, emptyDir: {} });
const inSpec = (spec: object): Pod => podWith(spec);
const inContainer = (container: object, spec: object = {}): Pod => podWith(spec, container);

const cases: readonly (readonly [string, Pod, readonly string[]])[] = [
  ['a plain pod', podWith(), []],
  // containers
  ['no containers', inSpec({ containers: [] }), ['spec.containers: Required value']],
  [
    'a container without anything',
    inSpec({ containers: [{}] }),
    [`${C}.name: Required value`, `${C}.image: Required value`],
  ],
  [
    'an image with blanks',
    inContainer({ image: ' busybox' }),
    [`${C}.image: Invalid value: " busybox": must not have leading or trailing whitespace`],
  ],
  [
    'two containers of a name',
    inSpec({
      containers: [
        { name: 'a', image: 'i' },
        { name: 'a', image: 'i' },
      ],
      initContainers: [{ name: 'a', image: 'i' }],
    }),
    ['spec.containers[1].name: Duplicate value: "a"', 'spec.initContainers[0].name: Duplicate value: "a"'],
  ],
  [
    'an unknown pull policy',
    inContainer({ imagePullPolicy: 'Sometimes' }),
    [
      `${C}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
  ],
  [
    'an unknown restart policy',
    inSpec({ restartPolicy: 'Maybe' }),
    ['spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    'a probe of an init container',
    inSpec({ initContainers: [{ name: 'i', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] }),
    [
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'ephemeral containers at creation',
    inSpec({ ephemeralContainers: [{ name: 'e', image: 'i' }] }),
    ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
  ],
  // ports
  [
    'a port out of range',
    inContainer({ ports: [{ containerPort: 70000 }] }),
    [`${C}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`],
  ],
  [
    'a port without number',
    inContainer({ ports: [{ name: 'a' }] }),
    [`${C}.ports[0].containerPort: Required value`],
  ],
  [
    'two ports of a name',
    inContainer({
      ports: [
        { name: 'a', containerPort: 1 },
        { name: 'a', containerPort: 2 },
      ],
    }),
    [`${C}.ports[1].name: Duplicate value: "a"`],
  ],
  [
    'a host port twice',
    inContainer({
      ports: [
        { containerPort: 1, hostPort: 9 },
        { containerPort: 2, hostPort: 9 },
      ],
    }),
    [`${C}.ports[1].hostPort: Duplicate value: "TCP//9"`],
  ],
  [
    'another host port in the host network',
    inContainer({ ports: [{ containerPort: 1, hostPort: 9 }] }, { hostNetwork: true }),
    [`${C}.ports[0].hostPort: Invalid value: 9: must match \`containerPort\` when \`hostNetwork\` is true`],
  ],
  // env
  ['a variable without name', inContainer({ env: [{ value: 'a' }] }), [`${C}.env[0].name: Required value`]],
  [
    'a variable with value and source',
    inContainer({
      env: [{ name: 'A', value: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    }),
    [`${C}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ],
  [
    'an unknown field',
    inContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nme' } } }] }),
    [
      `${C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nme": error converting fieldPath: field label not supported: metadata.nme`,
    ],
  ],
  [
    'all labels in a variable',
    inContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
    [
      `${C}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
    ],
  ],
  [
    'one label in a variable',
    inContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] }),
    [],
  ],
  [
    'an unknown resource',
    inContainer({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } }] }),
    [
      `${C}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`,
    ],
  ],
  [
    'a divisor that does not fit',
    inContainer({
      env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1Ki' } } }],
    }),
    [
      `${C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  ],
  [
    'a source of nothing',
    inContainer({ envFrom: [{}] }),
    [`${C}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``],
  ],
  // resources
  [
    'a request above its limit',
    inContainer({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    [`${C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    'an unknown resource name',
    inContainer({ resources: { limits: { gpu: '1' } } }),
    [
      `${C}.resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified`,
      `${C}.resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers`,
      `${C}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified`,
      `${C}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers`,
    ],
  ],
  [
    'policies of a resize',
    inContainer({
      resizePolicy: [
        { resourceName: 'cpu', restartPolicy: 'NotRequired' },
        { resourceName: 'cpu', restartPolicy: 'Sometimes' },
        { resourceName: 'disk', restartPolicy: 'RestartContainer' },
      ],
    }),
    [
      `${C}.resizePolicy[1]: Duplicate value: "cpu"`,
      `${C}.resizePolicy: Unsupported value: "Sometimes": supported values: "NotRequired", "RestartContainer"`,
      `${C}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
    ],
  ],
  [
    'a restart to resize what never restarts',
    inContainer(
      { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] },
      { restartPolicy: 'Never' },
    ),
    [
      `${C}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when \`restartPolicy\` is 'Never'`,
    ],
  ],
  ['an extended resource', inContainer({ resources: { limits: { 'example.com/gpu': '2' } } }), []],
  [
    'half of an extended resource',
    inContainer({
      resources: { limits: { 'example.com/gpu': '500m' }, requests: { 'example.com/gpu': '500m' } },
    }),
    [
      `${C}.resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer`,
      `${C}.resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer`,
    ],
  ],
  [
    'an extended resource without limit',
    inContainer({ resources: { requests: { 'example.com/gpu': '1' } } }),
    [`${C}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  ],
  [
    'a negative amount',
    inContainer({ resources: { requests: { memory: '-1Mi' } } }),
    [`${C}.resources.requests[memory]: Invalid value: "-1Mi": must be greater than or equal to 0`],
  ],
  // probes and hooks
  [
    'a probe without handler',
    inContainer({ readinessProbe: {} }),
    [`${C}.readinessProbe: Required value: must specify a handler type`],
  ],
  [
    'two handlers',
    inContainer({ livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }),
    [`${C}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
  ],
  [
    'a liveness threshold',
    inContainer({ livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 } }),
    [`${C}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
  ],
  [
    'a negative delay',
    inContainer({ startupProbe: { tcpSocket: { port: 'http' }, initialDelaySeconds: -1 } }),
    [`${C}.startupProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0`],
  ],
  [
    'an HTTP probe that is wrong throughout',
    inContainer({
      readinessProbe: { httpGet: { port: 0, scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] } },
    }),
    [
      `${C}.readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
      `${C}.readinessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
      `${C}.readinessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
    ],
  ],
  [
    'a hook that sleeps too long',
    inContainer({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    [
      `${C}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  ],
  // volumes
  [
    'a mount of nothing',
    inContainer({ volumeMounts: [{ name: 'v', mountPath: '/a' }] }),
    [`${C}.volumeMounts[0].name: Not found: "v"`],
  ],
  [
    'two mounts at a path',
    inContainer(
      {
        volumeMounts: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/a' },
        ],
      },
      { volumes: [emptyDir('v')] },
    ),
    [`${C}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`],
  ],
  [
    'a sub-path that climbs',
    inContainer(
      { volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '../x' }] },
      { volumes: [emptyDir('v')] },
    ),
    [`${C}.volumeMounts.subPath: Invalid value: "../x": must not contain '..'`],
  ],
  [
    'two volumes of a name',
    inSpec({ volumes: [emptyDir('v'), emptyDir('v')] }),
    ['spec.volumes[1].name: Duplicate value: "v"'],
  ],
  [
    'two sources',
    inSpec({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/a' } }] }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a host path of an unknown type',
    inSpec({ volumes: [{ name: 'v', hostPath: { path: '/a', type: 'Pipe' } }] }),
    [
      'spec.volumes[0].hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'the claim of an ephemeral volume',
    inSpec({
      volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { metadata: { name: 'x' }, spec: {} } } }],
    }),
    [
      'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ],
  [
    'a secret without name',
    inSpec({ volumes: [{ name: 'v', secret: {} }] }),
    ['spec.volumes[0].secret.secretName: Required value'],
  ],
  [
    'a mode out of range',
    inSpec({ volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 512 } }] }),
    [
      'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    ],
  ],
  [
    'a file above its volume',
    inSpec({ volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: '/etc/x' }] } }] }),
    ['spec.volumes[0].configMap.items[0].path: Invalid value: "/etc/x": must be a relative path'],
  ],
  [
    'a token that lasts too short',
    inSpec({
      volumes: [
        {
          name: 'v',
          projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 60 } }] },
        },
      ],
    }),
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
  ],
  [
    'a token without account',
    inSpec({
      serviceAccountName: '',
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }],
    }),
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ],
  ],
  // security
  [
    'a user id out of range',
    inSpec({ securityContext: { runAsUser: -1 } }),
    ['spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive'],
  ],
  [
    'privileged without escalation',
    inContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    [
      `${C}.securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
    ],
  ],
  [
    'bad sysctls',
    inSpec({
      securityContext: {
        sysctls: [
          { name: 'foo-', value: 'bar' },
          { name: 'kernel.shmmax', value: '1' },
          { name: 'safe-and-unsafe', value: '1' },
        ],
      },
    }),
    [
      'spec.securityContext.sysctls[0].name: Invalid value: "foo-": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
    ],
  ],
  [
    'a seccomp profile without type',
    inSpec({ securityContext: { seccompProfile: {} } }),
    ['spec.securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set'],
  ],
  // scheduling
  [
    'a toleration of everything by value',
    inSpec({ tolerations: [{ operator: 'Equal', value: 'x' }] }),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'seconds without NoExecute',
    inSpec({ tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }] }),
    [
      'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
  ],
  [
    'no node selector terms',
    inSpec({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } }),
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
  ],
  [
    'a weight of 0',
    inSpec({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: { topologyKey: 'a' } }],
        },
      },
    }),
    [
      'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
    ],
  ],
  [
    'a spread of nothing',
    inSpec({ topologySpreadConstraints: [{}] }),
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
  ],
  [
    'a node for a gated pod',
    inSpec({ nodeName: 'n', schedulingGates: [{ name: 'g' }] }),
    ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
  ],
  // since 1.33
  [
    'search paths of services and of the root',
    inSpec({ dnsConfig: { searches: ['_tcp.corp.example', '.', 'a_b.'] } }),
    [],
  ],
  [
    'huge pages alone',
    inContainer({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
    [`${C}.resources: Required value: HugePages require cpu or memory`],
  ],
  [
    'huge pages with memory',
    inContainer({ resources: { limits: { 'hugepages-2Mi': '2Mi', memory: '1Mi' } } }),
    [],
  ],
  [
    'another hostname in the network of the host',
    inSpec({ hostNetwork: true, setHostnameAsFQDN: true, hostnameOverride: 'h' }),
    [
      'spec.hostnameOverride: Forbidden: may not be set when `hostNetwork` is true',
      'spec.hostnameOverride: Forbidden: may not be set when `setHostnameAsFQDN` is true',
    ],
  ],
  [
    'another hostname that is too long',
    inSpec({ hostnameOverride: 'a'.repeat(65) }),
    ['spec.hostnameOverride: Too long: may not be more than 64 bytes'],
  ],
  ['another hostname', inSpec({ hostnameOverride: 'a.example' }), []],
  [
    'rules for restarts without a policy',
    inContainer(
      { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [3] } }] },
      { restartPolicy: 'Never' },
    ),
    [`${C}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`],
  ],
  [
    'rules for restarts that say nothing',
    inContainer({
      restartPolicy: 'Never',
      restartPolicyRules: [
        { action: 'Sleep' },
        {
          action: 'Restart',
          exitCodes: { operator: 'Is', values: Array.from({ length: 256 }, (_, i) => i) },
        },
      ],
    }),
    [
      `${C}.restartPolicyRules[0].action: Unsupported value: "Sleep": supported values: "Restart"`,
      `${C}.restartPolicyRules[0].exitCodes: Required value: must be specified`,
      `${C}.restartPolicyRules[1].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
      `${C}.restartPolicyRules[1].exitCodes.values: Too many: 256: must have at most 255 items`,
    ],
  ],
  [
    'rules for restarts of init containers',
    inSpec({
      initContainers: [
        {
          name: 'i',
          image: 'i',
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'NotIn', values: [0] } }],
        },
        { name: 'j', image: 'i', restartPolicy: 'Sometimes' },
      ],
    }),
    [
      'spec.initContainers[1].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    ],
  ],
  [
    'a signal for an unknown system',
    inContainer({ lifecycle: { stopSignal: 'SIGTERM' } }),
    [`${C}.lifecycle.stopSignal: Forbidden: may not be set for containers with empty \`spec.os.name\``],
  ],
  [
    'a signal that another system has',
    inContainer({ lifecycle: { stopSignal: 'SIGUSR1' } }, { os: { name: 'windows' } }),
    [`${C}.lifecycle.stopSignal: Unsupported value: "SIGUSR1": supported values: "SIGKILL", "SIGTERM"`],
  ],
  ['a signal', inContainer({ lifecycle: { stopSignal: 'SIGUSR1' } }, { os: { name: 'linux' } }), []],
  [
    'variables of files',
    inContainer(
      {
        env: [
          { name: 'A', valueFrom: { fileKeyRef: { volumeName: 'e', path: 'x.env', key: 'A' } } },
          { name: 'B', valueFrom: { fileKeyRef: { volumeName: 'm', path: '../x', key: '' } } },
          { name: 'C', valueFrom: { fileKeyRef: { volumeName: 'gone', path: '', key: 'a=b' } } },
        ],
      },
      { volumes: [emptyDir('e'), { name: 'm', configMap: { name: 'm' } }] },
    ),
    [
      `${C}.env[1].valueFrom.fileKeyRef.key: Required value`,
      `${C}.env[1].valueFrom.fileKeyRef.path: Invalid value: "../x": must not contain '..'`,
      `${C}.env[1].valueFrom.fileKeyRef.volumeName: Invalid value: "m": referenced volume must be of type emptyDir`,
      `${C}.env[2].valueFrom.fileKeyRef.key: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
      `${C}.env[2].valueFrom.fileKeyRef.path: Required value`,
      `${C}.env[2].valueFrom.fileKeyRef.volumeName: Not found: "gone"`,
    ],
  ],
  [
    'resources of the pod that its containers do not fit into',
    inSpec({
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
      containers: [
        { name: 'c', image: 'i', resources: { requests: { cpu: '600m' }, limits: { memory: '2Gi' } } },
        { name: 'd', image: 'i', resources: { requests: { cpu: '500m' } } },
      ],
    }),
    [
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 1100m',
      'spec.resources.requests[memory]: Invalid value: "1Gi": must be greater than or equal to aggregate container requests of 2Gi',
      'spec.containers[0].resources.limits[memory]: Invalid value: "2Gi": must be less than or equal to pod limits of 1Gi',
    ],
  ],
  [
    'resources that no pod has',
    inSpec({ resources: { limits: { 'ephemeral-storage': '1Gi' }, claims: [{ name: 'x' }] } }),
    [
      'spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level',
      'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"',
    ],
  ],
  [
    'claims that are not there',
    inContainer(
      { resources: { claims: [{ name: 'x' }, { name: 'y' }, { name: 'x' }] } },
      {
        resourceClaims: [{ name: 'x', resourceClaimName: 'a' }, { name: 'z' }],
      },
    ),
    [
      'spec.resourceClaims[1]: Invalid value: {"name":"z"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      `${C}.resources.claims[1]: Not found: "y": must be one of the names in pod.spec.resourceClaims: x, z`,
      `${C}.resources.claims[2]: Duplicate value: "x"`,
    ],
  ],
  [
    'an image as a volume',
    inContainer(
      { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] },
      { volumes: [{ name: 'v', image: { reference: 'i', pullPolicy: 'Sometimes' } }] },
    ),
    [
      'spec.volumes[0].image.pullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
  ],
  [
    'tolerations that compare',
    inSpec({ tolerations: [{ key: 'k', operator: 'Lt', value: '3' }] }),
    ['spec.tolerations[0].operator: Unsupported value: "Lt": supported values: "Equal", "Exists"'],
  ],
  // the rest
  [
    'a deadline of 0',
    inSpec({ activeDeadlineSeconds: 0 }),
    ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ],
  [
    'no name servers',
    inSpec({ dnsPolicy: 'None' }),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'a host alias that is none',
    inSpec({ hostAliases: [{ ip: 'x', hostnames: ['a b'] }] }),
    [
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      "spec.hostAliases[0].hostnames[0]: Invalid value: \"a b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
  [
    'a deletion cost in words',
    podWith({}, {}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': 'low' } }),
    [
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "low": must be a 32bit integer',
    ],
  ],
];

describe('validatePod', () => {
  for (const [name, object, expected] of cases) {
    it(`says about ${name}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      assert.deepEqual(asLines(validatePod(object)), expected);
    });
  }
});
