/**
 * What fields say that refer to another type and are newer than the package kubernetes-types (1.30), or in a group that
 * it has not: by model and field.
 */
export const NEWER_FIELDS = {
  // core/v1
  'V1ContainerRestartRule.exitCodes': 'Represents the exit codes to check on container exits.',
  'V1ContainerStatus.user':
    'User represents user identity information initially attached to the first process of the container.',
  'V1ContainerUser.linux':
    'Linux holds user identity information initially attached to the first process of the containers in Linux. The identity can change later if the process is allowed to make system calls that change it.',
  'V1EnvVarSource.fileKeyRef':
    'FileKeyRef selects a key of the env file. Requires the EnvFiles feature gate to be enabled.',
  'V1NodeStatus.features': 'Features describes the set of features implemented by the CRI implementation.',
  'V1NodeSystemInfo.swap': 'Swap Info reported by the node.',
  'V1PodSpec.resources':
    'Resources is the total amount of CPU and Memory resources required by all containers in the pod. It supports specifying Requests and Limits for "cpu", "memory" and "hugepages-" resource names only. ResourceClaims are not supported.',
  'V1PodSpec.schedulingGroup':
    'SchedulingGroup provides a reference to the immediate scheduling runtime grouping object that this Pod belongs to. The scheduler uses it to apply the scheduling policies of the group.',
  'V1PodStatus.extendedResourceClaimStatus': 'Status of extended resource claim backed by DRA.',
  'V1PodStatus.resources':
    'Resources represents the compute resource requests and limits that have been applied at the pod level if pod-level requests or limits are set in PodSpec.Resources.',
  'V1NamespaceCondition.lastTransitionTime':
    'Last time the condition transitioned from one status to another.',
  'V1Volume.image':
    'image represents an OCI object (a container image or artifact) pulled and mounted on the kubelet\'s host machine. The volume is resolved at pod startup depending on which PullPolicy value is provided: "Always" always pulls, "Never" only uses what the node has, "IfNotPresent" pulls what the node has not. The volume is mounted read-only (ro) and non-executable files (noexec).',
  'V1VolumeMountStatus.volumeStatus':
    'volumeStatus represents volume-type-specific status about the mounted volume.',
  'V1VolumeProjection.podCertificate':
    'Projects an auto-rotating credential bundle (private key and certificate chain) that the pod can use either as a TLS client or server.',
  'V1VolumeStatus.image':
    'image represents an OCI object (a container image or artifact) pulled and mounted on the host machine.',
  // meta/v1
  'V1ListMeta.shardInfo':
    'shardInfo is set when the list is a filtered subset of the full collection, as selected by a shard selector on the request. It echoes back the selector so that clients can verify which shard they received.',
  // authorization/v1
  'V1ResourceAttributes.fieldSelector':
    'fieldSelector describes the limitation on access based on field. It can only limit access, not broaden it.',
  'V1ResourceAttributes.labelSelector':
    'labelSelector describes the limitation on access based on labels. It can only limit access, not broaden it.',
  // networking/v1
  'V1IPAddressSpec.parentRef':
    'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
  // admissionregistration/v1
  'V1MutatingAdmissionPolicyBindingSpec.matchResources':
    'matchResources limits what resources match this binding and may be mutated by it. When left unset there are no constraints on resources matching this binding.',
  'V1MutatingAdmissionPolicyBindingSpec.paramRef':
    'paramRef specifies the parameter resource used to configure the admission control policy. It should point to a resource of the type specified in spec.paramKind of the bound MutatingAdmissionPolicy.',
  'V1MutatingAdmissionPolicySpec.matchConstraints':
    'matchConstraints specifies what resources this policy is designed to validate. The policy cares about a request if it matches all constraints.',
  'V1MutatingAdmissionPolicySpec.paramKind':
    'paramKind specifies the kind of resources used to parameterize this policy. If absent, there are no parameters for this policy and the param CEL variable will not be provided to validation expressions.',
  'V1Mutation.applyConfiguration':
    'applyConfiguration defines the desired configuration values of an object. The configuration is applied to the admission object using structured merge diff. A CEL expression is used to create apply configuration.',
  'V1Mutation.jsonPatch':
    'jsonPatch defines a JSON patch operation to perform a mutation to the object. A CEL expression is used to create the JSON patch.',
  // apiregistration/v1
  'V1APIServiceCondition.lastTransitionTime':
    'Last time the condition transitioned from one status to another.',
  'V1APIServiceSpec.service':
    'Service is a reference to the service for this API server. It must communicate on port 443. If the Service is nil, that means the handling for the API groupversion is handled locally on this server.',
  // resource/v1
  'V1AllocatedDeviceStatus.data':
    'Data contains arbitrary driver-specific data. The length of the raw data must be smaller or equal to 10 Ki.',
  'V1AllocatedDeviceStatus.networkData':
    'NetworkData contains network-related information specific to the device.',
  'V1AllocationResult.allocationTimestamp':
    'AllocationTimestamp stores the time when the resources were allocated. This field is not guaranteed to be set, in which case that time is unknown.',
  'V1AllocationResult.devices': 'Devices is the result of allocating devices.',
  'V1AllocationResult.nodeSelector':
    'NodeSelector defines where the allocated resources are available. If unset, they are available everywhere.',
  'V1CapacityRequestPolicy.validRange':
    'ValidRange defines an acceptable quantity value range in consuming requests.',
  'V1Device.nodeSelector':
    'NodeSelector defines the nodes where the device is available. Must use exactly one term.',
  'V1DeviceAllocationConfiguration.opaque': 'Opaque provides driver-specific configuration parameters.',
  'V1DeviceCapacity.requestPolicy':
    'RequestPolicy defines how this DeviceCapacity must be consumed when the device is allowed to be shared by multiple allocations.',
  'V1DeviceClaimConfiguration.opaque': 'Opaque provides driver-specific configuration parameters.',
  'V1DeviceClass.spec':
    'Spec defines what can be allocated and how to configure it. It is mutable: consumers have to be prepared for changes at any time.',
  'V1DeviceClassConfiguration.opaque': 'Opaque provides driver-specific configuration parameters.',
  'V1DeviceRequest.exactly':
    'Exactly specifies the details for a single request that must be met exactly for the request to be satisfied. One of Exactly or FirstAvailable must be set.',
  'V1DeviceSelector.cel': 'CEL contains a CEL expression for selecting a device.',
  'V1DeviceSubRequest.capacity': 'Capacity defines resource requirements against each capacity.',
  'V1DeviceTaint.timeAdded':
    'TimeAdded represents the time at which the taint was added. Added automatically during create or update if not set.',
  'V1ExactDeviceRequest.capacity': 'Capacity defines resource requirements against each capacity.',
  'V1OpaqueDeviceConfiguration.parameters':
    'Parameters can contain arbitrary data. It is the responsibility of the driver developer to handle validation and versioning.',
  'V1ResourceClaimSpec.devices': 'Devices defines how to request devices.',
  'V1ResourceClaimStatus.allocation': 'Allocation is set once the claim has been allocated successfully.',
  'V1ResourceClaimTemplate.spec':
    'Describes the ResourceClaim that is to be generated. This field is immutable.',
  'V1ResourceClaimTemplateSpec.spec':
    'Spec for the ResourceClaim. The entire content is copied unchanged into the ResourceClaim that gets created from this template.',
  'ResourceV1ResourceClaim.spec':
    'Spec describes what is being requested and how to configure it. The spec is immutable.',
  'ResourceV1ResourceClaim.status':
    'Status describes whether the claim is ready to use and what has been allocated.',
  'V1ResourceSlice.spec':
    'Contains the information published by the driver. Changing the spec automatically increments the metadata.generation number.',
  'V1ResourceSliceSpec.nodeSelector':
    'NodeSelector defines which nodes have access to the resources in the pool, when that pool is not limited to a single node. Must use exactly one term.',
  'V1ResourceSliceSpec.pool': 'Pool describes the pool that this ResourceSlice belongs to.',
};

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** The same in every API, by field and type. */
export const EVERYWHERE = {
  'metadata V1ObjectMeta': `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
  'metadata V1ListMeta': `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`,
};
