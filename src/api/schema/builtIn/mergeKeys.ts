/**
 * Facts about the API's types that the generated models do not carry: how lists, maps and structs merge, and which
 * strings are quantities. Source: the struct tags and markers of k8s.io/api (patchStrategy, patchMergeKey, listType,
 * listMapKey, mapType, structType), as also published in the API server's OpenAPI extensions.
 */
export interface ListFact {
  /** patchMergeKey; '' where the strategy is merge for scalars. Missing: a strategic merge patch replaces the list. */
  readonly mergeKey?: string;
  /** patchStrategy has `retainKeys` as well. */
  readonly retainKeys?: true;
  /** Default: `map` by mergeKey (`set` for scalars) where there is one, else `atomic`. */
  readonly list?: 'atomic' | 'set' | 'map';
  /** listMapKeys. Default: the mergeKey. */
  readonly keys?: readonly string[];
}

const by = (mergeKey: string, more: Omit<ListFact, 'mergeKey'> = {}): ListFact => ({ mergeKey, ...more });
const map = (...keys: string[]): ListFact => ({ list: 'map', keys });
const set: ListFact = { list: 'set' };
const conditions = by('type');

const container: Readonly<Record<string, ListFact>> = {
  env: by('name'),
  ports: by('containerPort', { keys: ['containerPort', 'protocol'] }),
  volumeMounts: by('mountPath'),
  volumeDevices: by('devicePath'),
};

/** By model and field. What is not here is an atomic list that patches replace. */
export const listFacts: Readonly<Record<string, Readonly<Record<string, ListFact>>>> = {
  // meta/v1
  V1ObjectMeta: { finalizers: by(''), ownerReferences: by('uid') },
  // core/v1
  V1Container: container,
  V1EphemeralContainer: container,
  V1ContainerStatus: { allocatedResourcesStatus: by('name'), volumeMounts: by('mountPath') },
  V1ResourceStatus: { resources: map('resourceID') },
  V1NodeAllocatableResourceClaimStatus: { containers: set },
  V1ContainerRestartRuleOnExitCodes: { values: set },
  V1PodSpec: {
    containers: by('name'),
    initContainers: by('name'),
    ephemeralContainers: by('name'),
    volumes: by('name', { retainKeys: true }),
    imagePullSecrets: by('name'),
    hostAliases: by('ip'),
    topologySpreadConstraints: by('topologyKey', { keys: ['topologyKey', 'whenUnsatisfiable'] }),
    schedulingGates: by('name'),
    resourceClaims: by('name', { retainKeys: true }),
  },
  V1PodStatus: {
    conditions,
    podIPs: by('ip'),
    hostIPs: by('ip', { list: 'atomic' }),
    resourceClaimStatuses: by('name', { retainKeys: true }),
  },
  V1ResourceRequirements: { claims: map('name') },
  V1ServiceSpec: { ports: by('port', { keys: ['port', 'protocol'] }) },
  V1ServiceStatus: { conditions },
  V1ServiceAccount: { secrets: by('name') },
  V1NodeSpec: { podCIDRs: by('') },
  V1NodeStatus: { conditions, addresses: by('type') },
  V1NamespaceStatus: { conditions },
  V1ReplicationControllerStatus: { conditions },
  V1PersistentVolumeClaimStatus: { conditions },
  V1ComponentStatus: { conditions },
  // apps/v1
  V1DeploymentStatus: { conditions },
  V1ReplicaSetStatus: { conditions },
  V1DaemonSetStatus: { conditions },
  V1StatefulSetStatus: { conditions },
  // batch/v1
  V1JobStatus: { conditions: by('type', { list: 'atomic' }) },
  V1PodFailurePolicyOnExitCodesRequirement: { values: set },
  V1UncountedTerminatedPods: { failed: set, succeeded: set },
  // autoscaling, policy, networking, discovery, storage, certificates
  V2HorizontalPodAutoscalerStatus: { conditions: map('type') },
  V1PodDisruptionBudgetStatus: { conditions },
  V1ServiceCIDRStatus: { conditions },
  V1Endpoint: { addresses: set },
  V1CSINodeSpec: { drivers: by('name') },
  V1CSIDriverSpec: { volumeLifecycleModes: set },
  V1CertificateSigningRequestStatus: { conditions: map('type') },
  V1FlowSchemaStatus: { conditions },
  V1NonResourcePolicyRule: { nonResourceURLs: set, verbs: set },
  V1ResourcePolicyRule: { apiGroups: set, namespaces: set, resources: set, verbs: set },
  V1PriorityLevelConfigurationStatus: { conditions },
  // extension
  V1MutatingWebhookConfiguration: { webhooks: by('name') },
  V1ValidatingWebhookConfiguration: { webhooks: by('name') },
  V1MutatingWebhook: { matchConditions: by('name') },
  V1ValidatingWebhook: { matchConditions: by('name') },
  V1ValidatingAdmissionPolicySpec: { matchConditions: by('name'), variables: by('name') },
  V1ValidatingAdmissionPolicyBindingSpec: { validationActions: set },
  V1ValidatingAdmissionPolicyStatus: { conditions: map('type') },
  V1MutatingAdmissionPolicySpec: {
    matchConditions: by('name'),
    variables: { list: 'atomic' },
  },
  V1CustomResourceDefinitionStatus: { conditions: map('type') },
  V1APIServiceStatus: { conditions },
  V1JSONSchemaProps: { 'x-kubernetes-validations': by('rule') },
  // resource.k8s.io
  V1ResourceClaimStatus: { reservedFor: by('uid'), devices: map('driver', 'device', 'pool', 'shareID') },
  V1AllocatedDeviceStatus: { conditions: map('type') },
};

/** Struct fields whose patchStrategy is not the default merge. */
export const structStrategies: Readonly<Record<string, 'retainKeys' | 'replace'>> = {
  'V1DeploymentSpec.strategy': 'retainKeys',
  'V1PodDisruptionBudgetSpec.selector': 'replace',
};

/** Structs that have one owner as a whole (`structType=atomic`). */
export const atomicModels: ReadonlySet<string> = new Set([
  'V1LabelSelector',
  'V1ConfigMapKeySelector',
  'V1SecretKeySelector',
  'V1FileKeySelector',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1LocalObjectReference',
  'V1TypedLocalObjectReference',
  'V1ObjectReference',
  'V1SecretReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ScopeSelector',
  'V1TopologySelectorTerm',
  'V1EndpointAddress',
  'CoreV1EndpointPort',
  'DiscoveryV1EndpointPort',
  'V1CrossVersionObjectReference',
  'V1OwnerReference',
  'V1RoleRef',
  'RbacV1Subject',
  'V1ServiceBackendPort',
  'V1ParamKind',
  'V1ParamRef',
  'V1MatchResources',
  'V1NamedRuleWithOperations',
  'V1Variable',
]);

/** Fields whose struct type is atomic elsewhere but merges here (`mapType=granular`). */
export const granularFields: ReadonlySet<string> = new Set(['V1PersistentVolumeSpec.claimRef']);

/** Maps that have one owner as a whole (`mapType=atomic`). */
export const atomicMaps: ReadonlySet<string> = new Set([
  'V1PodSpec.nodeSelector',
  'V1ServiceSpec.selector',
  'V1ReplicationControllerSpec.selector',
  'V1ScaleStatus.selector',
  'V1Scheduling.nodeSelector',
]);

/** Defaults of the fields that are keys of lists: a key that is left out counts as this one. */
export const keyDefaults: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  V1ContainerPort: { protocol: 'TCP' },
  V1ServicePort: { protocol: 'TCP' },
};

/** Strings (or maps of strings) that are resource.Quantity. */
export const quantityFields: Readonly<Record<string, readonly string[]>> = {
  V1ResourceRequirements: ['limits', 'requests'],
  V1VolumeResourceRequirements: ['limits', 'requests'],
  V1EmptyDirVolumeSource: ['sizeLimit'],
  V1ResourceFieldSelector: ['divisor'],
  V1PodSpec: ['overhead'],
  V1PodStatus: ['allocatedResources'],
  V1ContainerStatus: ['allocatedResources'],
  V1NodeAllocatableResourceClaimStatus: ['resources'],
  V1NodeAllocatableResourceMapping: ['allocationMultiplier'],
  V1NodeStatus: ['capacity', 'allocatable'],
  V1PersistentVolumeSpec: ['capacity'],
  V1PersistentVolumeClaimStatus: ['capacity', 'allocatedResources'],
  V1ResourceQuotaSpec: ['hard'],
  V1ResourceQuotaStatus: ['hard', 'used'],
  V1LimitRangeItem: ['default', 'defaultRequest', 'max', 'maxLimitRequestRatio', 'min'],
  V1Overhead: ['podFixed'],
  V1CSIStorageCapacity: ['capacity', 'maximumVolumeSize'],
  V2MetricTarget: ['averageValue', 'value'],
  V2MetricValueStatus: ['averageValue', 'value'],
  V2HPAScalingRules: ['tolerance'],
  V1Counter: ['value'],
  V1DeviceCapacity: ['value'],
  V1CapacityRequestPolicy: ['default'],
  V1CapacityRequestPolicyRange: ['max', 'min', 'step'],
  V1CapacityRequirements: ['requests'],
  V1DeviceRequestAllocationResult: ['consumedCapacity'],
};
