import type { Property, Type } from './models.ts';

/** Struct fields that Go holds by value although they are optional (`default: {}` in upstream's schemas). */
const OBJECT_PARTS: ReadonlySet<string> = new Set(['metadata', 'spec', 'status']);
const INHERENT: ReadonlySet<string> = new Set([
  'V1Container.resources',
  'V1EphemeralContainer.resources',
  'V1DeploymentSpec.strategy',
  'V1DaemonSetSpec.updateStrategy',
  'V1StatefulSetSpec.updateStrategy',
  'V1PersistentVolumeClaimSpec.resources',
  'V1ServiceStatus.loadBalancer',
  'V1IngressStatus.loadBalancer',
  'V1NodeStatus.nodeInfo',
  'V1NodeStatus.daemonEndpoints',
  'V1NodeDaemonEndpoints.kubeletEndpoint',
  'V1ContainerStatus.state',
  'V1ContainerStatus.lastState',
  'CoreV1Event.source',
  'EventsV1Event.deprecatedSource',
  'V1ReplicaSetSpec.template',
  'V1PodTemplate.template',
  'V1NetworkPolicySpec.podSelector',
  'V1TokenReviewStatus.user',
  'V1CustomResourceDefinitionStatus.acceptedNames',
  'V1LimitedPriorityLevelConfiguration.limitResponse',
]);

/** Required struct fields that Go holds behind a pointer all the same. */
const POINTERS: ReadonlySet<string> = new Set([
  'V1DeploymentSpec.selector',
  'V1ReplicaSetSpec.selector',
  'V1DaemonSetSpec.selector',
  'V1StatefulSetSpec.selector',
  'V1ScaleIOVolumeSource.secretRef',
  'V1ScaleIOPersistentVolumeSource.secretRef',
]);

/** The types that name an object of the own namespace, whose name has a default for the sake of old objects. */
const LOCAL_REFERENCES = [
  'V1LocalObjectReference',
  'V1ConfigMapEnvSource',
  'V1ConfigMapKeySelector',
  'V1ConfigMapProjection',
  'V1ConfigMapVolumeSource',
  'V1SecretEnvSource',
  'V1SecretKeySelector',
  'V1SecretProjection',
];

const rbd = { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' };
const iscsi = { iscsiInterface: 'default' };

/** Defaults that Go's types declare (`+default`), by model and field. */
const DECLARED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...Object.fromEntries(LOCAL_REFERENCES.map((model) => [model, { name: '' }])),
  V1ContainerPort: { protocol: 'TCP' },
  V1ServicePort: { protocol: 'TCP' },
  V1RBDVolumeSource: rbd,
  V1RBDPersistentVolumeSource: rbd,
  V1ISCSIVolumeSource: iscsi,
  V1ISCSIPersistentVolumeSource: iscsi,
  V1AzureDiskVolumeSource: { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false },
  V1ScaleIOVolumeSource: { fsType: 'xfs', storageMode: 'ThinProvisioned' },
  V1ScaleIOPersistentVolumeSource: { fsType: 'xfs', storageMode: 'ThinProvisioned' },
  V1DeviceToleration: { operator: 'Equal' },
};

/** Whether Go holds the struct of a field by value: it is there, empty, where nothing is said of it. */
export function isHeldByValue(model: string, { name, type, required }: Property): boolean {
  if (type.kind !== 'struct') return false;
  const field = `${model}.${name}`;
  return required ? !POINTERS.has(field) : OBJECT_PARTS.has(name) || INHERENT.has(field);
}

/** The default of a field (`default` of OpenAPI v3), or undefined. */
export function defaultOf(model: string, property: Property): unknown {
  const declared = DECLARED[model];
  if (declared !== undefined && property.name in declared) return declared[property.name];
  if (property.type.kind === 'struct') return isHeldByValue(model, property) ? {} : undefined;
  return property.required ? emptyOf(property.type) : undefined;
}

/** Go's zero value of a type, where it is one that OpenAPI tells of: not that of types with a form of their own. */
export function emptyOf(type: Type): unknown {
  if (type.kind === 'struct') return {};
  if (type.kind !== 'scalar') return undefined;
  switch (type.scalar) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
      return 0;
    default:
      return undefined;
  }
}
