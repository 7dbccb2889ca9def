const PROTOCOL = ['SCTP', 'TCP', 'UDP'];
const SCHEME = ['HTTP', 'HTTPS'];
const PULL = ['Always', 'IfNotPresent', 'Never'];
const POLICY = ['Cluster', 'Local'];
const HONOR = ['Honor', 'Ignore'];
const MODE = ['Block', 'Filesystem'];
const ACCESS = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const FAMILIES = ['', 'IPv4', 'IPv6'];
const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const SCOPE = ['*', 'Cluster', 'Namespaced'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const FAIL = ['Fail', 'Ignore'];
const MATCH = ['Equivalent', 'Exact'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

const container = {
  imagePullPolicy: PULL,
  terminationMessagePolicy: ['FallbackToLogsOnError', 'File'],
};
const reclaim = ['Delete', 'Recycle', 'Retain'];
const retain = ['Delete', 'Retain'];
const webhook = { failurePolicy: FAIL, matchPolicy: MATCH, sideEffects: SIDE_EFFECTS };

/** Linux's signals and the two of Windows. */
const SIGNALS = [
  ...'SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE'.split(
    ' ',
  ),
  ...'SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX'.split(' '),
  ...Array.from({ length: 14 }, (_, index) => `SIGRTMAX-${index + 1}`),
  'SIGRTMIN',
  ...Array.from({ length: 15 }, (_, index) => `SIGRTMIN+${index + 1}`),
  ...'SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2'.split(
    ' ',
  ),
  ...'SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ'.split(' '),
].sort();

/**
 * The values of fields whose Go type is a set of constants (`+enum`), by model and field; of a list, its elements'.
 * Source: k8s.io/api, as also published in the API server's OpenAPI. They describe: what is refused is up to the kinds.
 */
export const enums: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // core/v1
  V1AppArmorProfile: { type: ['Localhost', 'RuntimeDefault', 'Unconfined'] },
  V1AzureDiskVolumeSource: {
    cachingMode: ['None', 'ReadOnly', 'ReadWrite'],
    kind: ['Dedicated', 'Managed', 'Shared'],
  },
  V1Container: container,
  V1EphemeralContainer: container,
  V1ContainerPort: { protocol: PROTOCOL },
  V1ContainerRestartRule: { action: ['Restart', 'RestartAllContainers'] },
  V1ContainerRestartRuleOnExitCodes: { operator: ['In', 'NotIn'] },
  V1ContainerStatus: { stopSignal: SIGNALS },
  CoreV1EndpointPort: { protocol: PROTOCOL },
  V1HTTPGetAction: { scheme: SCHEME },
  V1HostPathVolumeSource: {
    type: [
      '',
      'BlockDevice',
      'CharDevice',
      'Directory',
      'DirectoryOrCreate',
      'File',
      'FileOrCreate',
      'Socket',
    ],
  },
  V1ImageVolumeSource: { pullPolicy: PULL },
  V1Lifecycle: { stopSignal: SIGNALS },
  V1NamespaceStatus: { phase: ['Active', 'Terminating'] },
  V1NodeSelectorRequirement: { operator: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'] },
  V1NodeStatus: { phase: ['Pending', 'Running', 'Terminated'] },
  V1PersistentVolumeClaimSpec: { accessModes: ACCESS, volumeMode: MODE },
  V1PersistentVolumeClaimStatus: { accessModes: ACCESS, phase: ['Bound', 'Lost', 'Pending'] },
  V1PersistentVolumeSpec: { accessModes: ACCESS, persistentVolumeReclaimPolicy: reclaim, volumeMode: MODE },
  V1PersistentVolumeStatus: { phase: ['Available', 'Bound', 'Failed', 'Pending', 'Released'] },
  V1ModifyVolumeStatus: { status: ['InProgress', 'Infeasible', 'Pending'] },
  V1PodSecurityContext: {
    fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
    supplementalGroupsPolicy: ['Merge', 'Strict'],
  },
  V1PodSpec: {
    dnsPolicy: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
    preemptionPolicy: ['Never', 'PreemptLowerPriority'],
    restartPolicy: ['Always', 'Never', 'OnFailure'],
  },
  V1PodStatus: {
    phase: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'],
    qosClass: ['BestEffort', 'Burstable', 'Guaranteed'],
  },
  V1PortStatus: { protocol: PROTOCOL },
  V1ResourceQuotaSpec: { scopes: SCOPES },
  V1ScopedResourceSelectorRequirement: {
    operator: ['DoesNotExist', 'Exists', 'In', 'NotIn'],
    scopeName: SCOPES,
  },
  V1SeccompProfile: { type: ['Localhost', 'RuntimeDefault', 'Unconfined'] },
  V1SecurityContext: { procMount: ['Default', 'Unmasked'] },
  V1ServicePort: { protocol: PROTOCOL },
  V1ServiceSpec: {
    externalTrafficPolicy: POLICY,
    internalTrafficPolicy: POLICY,
    ipFamilies: FAMILIES,
    ipFamilyPolicy: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
    sessionAffinity: ['ClientIP', 'None'],
    type: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
  },
  V1Taint: { effect: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] },
  V1Toleration: {
    effect: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'],
    operator: ['Equal', 'Exists', 'Gt', 'Lt'],
  },
  V1TopologySpreadConstraint: {
    nodeAffinityPolicy: HONOR,
    nodeTaintsPolicy: HONOR,
    whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
  },
  V1VolumeMount: { mountPropagation: ['Bidirectional', 'HostToContainer', 'None'] },
  // apps/v1
  V1DaemonSetUpdateStrategy: { type: ['OnDelete', 'RollingUpdate'] },
  V1DeploymentStrategy: { type: ['Recreate', 'RollingUpdate'] },
  V1StatefulSetPersistentVolumeClaimRetentionPolicy: { whenDeleted: retain, whenScaled: retain },
  V1StatefulSetSpec: { podManagementPolicy: ['OrderedReady', 'Parallel'] },
  V1StatefulSetUpdateStrategy: { type: ['OnDelete', 'RollingUpdate'] },
  // batch/v1
  V1CronJobSpec: { concurrencyPolicy: ['Allow', 'Forbid', 'Replace'] },
  V1JobSpec: {
    completionMode: ['Indexed', 'NonIndexed'],
    podReplacementPolicy: ['Failed', 'TerminatingOrFailed'],
  },
  V1PodFailurePolicyOnExitCodesRequirement: { operator: ['In', 'NotIn'] },
  V1PodFailurePolicyRule: { action: ['Count', 'FailIndex', 'FailJob', 'Ignore'] },
  // discovery, networking, policy, scheduling, storage
  V1EndpointSlice: { addressType: ['FQDN', 'IPv4', 'IPv6'] },
  DiscoveryV1EndpointPort: { protocol: PROTOCOL },
  V1HTTPIngressPath: { pathType: ['Exact', 'ImplementationSpecific', 'Prefix'] },
  V1NetworkPolicyPort: { protocol: PROTOCOL },
  V1NetworkPolicySpec: { policyTypes: ['Egress', 'Ingress'] },
  V1IngressPortStatus: { protocol: PROTOCOL },
  V1PodDisruptionBudgetSpec: { unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'] },
  V1PriorityClass: { preemptionPolicy: ['Never', 'PreemptLowerPriority'] },
  V1StorageClass: {
    reclaimPolicy: reclaim,
    volumeBindingMode: ['Immediate', 'WaitForFirstConsumer'],
  },
  // admissionregistration/v1
  V1MutatingWebhook: { ...webhook, reinvocationPolicy: ['IfNeeded', 'Never'] },
  V1ValidatingWebhook: webhook,
  V1RuleWithOperations: { operations: OPERATIONS, scope: SCOPE },
  V1NamedRuleWithOperations: { operations: OPERATIONS, scope: SCOPE },
  V1MatchResources: { matchPolicy: MATCH },
  V1MutatingAdmissionPolicySpec: { failurePolicy: FAIL },
  V1Mutation: { patchType: ['ApplyConfiguration', 'JSONPatch'] },
  V1ValidatingAdmissionPolicySpec: { failurePolicy: FAIL },
  V1ValidatingAdmissionPolicyBindingSpec: { validationActions: ['Audit', 'Deny', 'Warn'] },
  // resource.k8s.io
  V1DeviceToleration: {
    effect: ['NoExecute', 'NoSchedule', 'None'],
    operator: ['Equal', 'Exists'],
  },
  V1DeviceTaint: { effect: ['NoExecute', 'NoSchedule', 'None'] },
};
