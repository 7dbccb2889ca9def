import assert from 'node:assert/strict';
import { builtIn } from '../../src/api/schema/builtIn/builtIn.ts';

/**
 * Every field that a pod can say something with, and what becomes of it. A field that is accepted and then left out is
 * worse than one that is refused: who asked for it believes to have it. So there are three answers:
 * - `done`: where it is done.
 * - `refused`: who says no, in upstream's words. Tests of that part show it.
 * - `as upstream`: nothing is done because upstream does nothing either, for the reason given.
 * - `open`: what is still to do; SECURITY.md tells users of it.
 * A field that the schema has and this table has not fails the test: somebody has to decide.
 */
type Answer = `done: ${string}` | `refused: ${string}` | `as upstream: ${string}` | `open: ${string}`;
type Answers = Readonly<Record<string, Answer>>;

const NO_PLUGIN = 'refused: the node, FailedMount "no volume plugin matched"';
const PROVIDER_IS_GONE =
  'refused: the node, FailedMount "no volume plugin matched" (in upstream the driver is CSI’s)';

const CONTAINER: Answers = {
  args: 'done: agent, command hook',
  command: 'done: agent, command hook',
  env: 'done: agent, environment hook',
  envFrom: 'done: agent, environment hook',
  image: 'done: agent, image hook',
  imagePullPolicy: 'done: agent, image hook',
  lifecycle: 'done: see V1Lifecycle',
  livenessProbe: 'done: agent, probes',
  name: 'done: agent',
  ports: 'done: see V1ContainerPort',
  readinessProbe: 'done: agent, probes',
  resizePolicy: 'done: agent, resize',
  resources: 'done: see V1ResourceRequirements',
  restartPolicy: 'done: agent, restart policy; of init containers, sidecars',
  restartPolicyRules: 'done: agent, restart policy',
  securityContext: 'done: see V1SecurityContext',
  startupProbe: 'done: agent, probes',
  stdin: 'done: CRI',
  stdinOnce: 'done: CRI',
  terminationMessagePath: 'done: agent, termination log hook',
  terminationMessagePolicy: 'done: agent, termination log hook',
  tty: 'done: CRI',
  volumeDevices: 'done: CRI, block devices of local volumes; directories are refused, FailedMount',
  volumeMounts: 'done: see V1VolumeMount',
  workingDir: 'done: CRI',
};

const ANSWERS: Readonly<Record<string, Answers>> = {
  V1PodSpec: {
    activeDeadlineSeconds: 'done: agent',
    affinity: 'done: scheduler; the node asks again',
    automountServiceAccountToken: 'done: API server, ServiceAccount',
    containers: 'done: see V1Container',
    dnsConfig: 'done: agent, pod DNS',
    dnsPolicy: 'done: agent, pod DNS',
    enableServiceLinks: 'done: agent, environment hook',
    ephemeralContainers: 'done: see V1EphemeralContainer',
    hostAliases: 'done: agent, hosts file',
    hostIPC: 'done: CRI',
    hostNetwork: 'done: CRI',
    hostPID: 'done: CRI',
    hostUsers: 'done: agent, user namespaces',
    hostname: 'done: CRI',
    hostnameOverride: 'done: CRI',
    imagePullSecrets: 'done: agent, image hook',
    initContainers: 'done: see V1Container',
    nodeName: 'done: scheduler',
    nodeSelector: 'done: scheduler; the node asks again',
    os: 'refused: the node, PodOSNotSupported for anything but Linux',
    overhead: 'refused: API server, RuntimeClass: only a class gives it',
    preemptionPolicy: 'done: scheduler',
    priority: 'done: API server, Priority; scheduler',
    priorityClassName: 'done: API server, Priority',
    readinessGates: 'done: agent, conditions',
    resourceClaims: 'refused: scheduler, DynamicResources; the node, UnexpectedAdmissionError',
    resources: 'done: scheduler, quality of service; agent, the pod’s cgroup',
    restartPolicy: 'done: agent',
    runtimeClassName: 'refused: API server, RuntimeClass "not found"',
    schedulerName: 'done: scheduler',
    schedulingGates: 'done: scheduler',
    schedulingGroup: 'as upstream: dropped, its gate (GenericWorkload) is closed',
    securityContext: 'done: see V1PodSecurityContext',
    serviceAccount: 'done: API server, the old name of serviceAccountName',
    serviceAccountName: 'done: API server, ServiceAccount',
    setHostnameAsFQDN: 'done: CRI; too long, FailedCreatePodSandBox',
    shareProcessNamespace: 'done: CRI',
    subdomain: 'done: agent, hosts file; DNS',
    terminationGracePeriodSeconds: 'done: agent',
    tolerations: 'done: scheduler, taint eviction; the node asks again',
    topologySpreadConstraints: 'done: scheduler',
    volumes: 'done: see V1Volume',
  },
  V1Container: CONTAINER,
  V1EphemeralContainer: { ...CONTAINER, targetContainerName: 'done: CRI' },
  V1SecurityContext: {
    allowPrivilegeEscalation: 'done: CRI, no_new_privs',
    appArmorProfile: 'refused: the node, AppArmor "Cannot enforce AppArmor"',
    capabilities: 'done: CRI; what the node has not, RunContainerError',
    privileged: 'done: CRI',
    procMount: 'done: CRI, masked and read-only paths',
    readOnlyRootFilesystem: 'done: CRI',
    runAsGroup: 'done: CRI',
    runAsNonRoot: 'done: agent, security hook',
    runAsUser: 'done: CRI',
    seLinuxOptions: 'done: CRI; a kernel without SELinux passes over it, as upstream’s nodes do',
    seccompProfile: 'done: CRI; a missing file, CreateContainerError',
    windowsOptions: 'as upstream: says nothing to Linux',
  },
  V1PodSecurityContext: {
    appArmorProfile: 'refused: the node, AppArmor "Cannot enforce AppArmor"',
    fsGroup: 'done: agent, volumes; CRI',
    fsGroupChangePolicy:
      'done: agent, local volumes; means nothing to volumes that the node makes, as upstream',
    runAsGroup: 'done: CRI',
    runAsNonRoot: 'done: agent, security hook',
    runAsUser: 'done: CRI',
    seLinuxChangePolicy: 'as upstream: means nothing on nodes without SELinux',
    seLinuxOptions: 'done: CRI; a kernel without SELinux passes over it, as upstream’s nodes do',
    seccompProfile: 'done: CRI; a missing file, CreateContainerError',
    supplementalGroups: 'done: CRI',
    supplementalGroupsPolicy: 'refused: the node, SupplementalGroupsPolicyNotSupported for Strict',
    sysctls: 'done: CRI; unsafe ones, SysctlForbidden',
    windowsOptions: 'as upstream: says nothing to Linux',
  },
  V1VolumeMount: {
    mountPath: 'done: CRI',
    mountPropagation: 'done: CRI',
    name: 'done: agent',
    readOnly: 'done: CRI',
    recursiveReadOnly: 'refused: the node, CreateContainerConfigError for Enabled',
    subPath: 'done: agent, mounted by descriptor',
    subPathExpr: 'done: agent, mounted by descriptor',
  },
  V1Volume: {
    awsElasticBlockStore: PROVIDER_IS_GONE,
    azureDisk: PROVIDER_IS_GONE,
    azureFile: PROVIDER_IS_GONE,
    cephfs: PROVIDER_IS_GONE,
    cinder: PROVIDER_IS_GONE,
    configMap: 'done: agent, volumes',
    csi: NO_PLUGIN,
    downwardAPI: 'done: agent, volumes',
    emptyDir: 'done: see V1EmptyDirVolumeSource',
    ephemeral: 'done: agent, by the claim that is made for it',
    fc: NO_PLUGIN,
    flexVolume: NO_PLUGIN,
    flocker: PROVIDER_IS_GONE,
    gcePersistentDisk: PROVIDER_IS_GONE,
    gitRepo: NO_PLUGIN,
    glusterfs: PROVIDER_IS_GONE,
    hostPath: 'done: agent, volumes',
    image: 'done: agent, image volumes hook',
    iscsi: NO_PLUGIN,
    name: 'done: agent',
    nfs: NO_PLUGIN,
    persistentVolumeClaim: 'done: agent, local and hostPath; others, FailedMount',
    photonPersistentDisk: PROVIDER_IS_GONE,
    portworxVolume: PROVIDER_IS_GONE,
    projected: 'done: see V1VolumeProjection',
    quobyte: PROVIDER_IS_GONE,
    rbd: PROVIDER_IS_GONE,
    scaleIO: PROVIDER_IS_GONE,
    secret: 'done: agent, volumes',
    storageos: PROVIDER_IS_GONE,
    vsphereVolume: PROVIDER_IS_GONE,
  },
  V1EmptyDirVolumeSource: {
    medium: 'done: Memory; others, FailedMount "unknown storage medium"',
    sizeLimit: 'done: in memory by the kernel; on disk the agent evicts',
  },
  V1VolumeProjection: {
    clusterTrustBundle: 'refused: the node, FailedMount',
    configMap: 'done: agent, volumes',
    downwardAPI: 'done: agent, volumes',
    podCertificate: 'refused: the node, FailedMount',
    secret: 'done: agent, volumes',
    serviceAccountToken: 'done: agent, volumes',
  },
  V1EnvVarSource: {
    configMapKeyRef: 'done: agent, environment hook',
    fieldRef: 'done: agent, environment hook',
    fileKeyRef: 'done: agent, environment hook',
    resourceFieldRef: 'done: agent, environment hook',
    secretKeyRef: 'done: agent, environment hook',
  },
  V1Lifecycle: {
    postStart: 'done: agent, lifecycle',
    preStop: 'done: agent, lifecycle',
    stopSignal: 'refused: the node, CreateContainerConfigError: the runtime knows the image’s alone',
  },
  V1Probe: {
    exec: 'done: agent, probes',
    failureThreshold: 'done: agent, probes',
    grpc: 'done: agent, probes',
    httpGet: 'done: agent, probes',
    initialDelaySeconds: 'done: agent, probes',
    periodSeconds: 'done: agent, probes',
    successThreshold: 'done: agent, probes',
    tcpSocket: 'done: agent, probes',
    terminationGracePeriodSeconds: 'done: agent, probes',
    timeoutSeconds: 'done: agent, probes',
  },
  V1ContainerPort: {
    containerPort: 'done: named ports of services and probes',
    hostIP: 'done: agent, ports of the host',
    hostPort: 'done: agent, ports of the host; scheduler',
    name: 'done: named ports of services and probes',
    protocol: 'done: agent, ports of the host',
  },
  V1ResourceRequirements: {
    claims: 'refused: with the pod’s claims',
    limits:
      'done: cpu and memory by CRI; ephemeral-storage, the agent evicts; others bound what is requested',
    requests: 'done: scheduler, the node; CRI',
  },
};

describe('fields of a pod', () => {
  for (const [model, answers] of Object.entries(ANSWERS)) {
    it(`of ${model}: each has an answer`, () => {
      const { fields } = builtIn(model).shape;
      assert.deepEqual(Object.keys(answers).sort(), [...fields.keys()].sort());
    });
  }
});
