/** What quotas can count, and for which pods (core validation, `apis/core/helper`). */
export const SCOPES: readonly string[] = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
export const SERVICES: readonly string[] = ['services', 'services.nodeports', 'services.loadbalancers'];
const COUNTED = [
  'pods',
  ...SERVICES,
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
];
export const POD_COMPUTE: readonly string[] = [
  'pods',
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
];
export const CLAIMS: readonly string[] = ['persistentvolumeclaims', 'requests.storage'];

export const COUNT_PREFIX = 'count/';
export const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

export function isStandardQuotaResource(name: string): boolean {
  return (
    COUNTED.includes(name) ||
    POD_COMPUTE.includes(name) ||
    name === 'requests.storage' ||
    name === 'storage' ||
    name.startsWith('hugepages-') ||
    name.startsWith('requests.hugepages-')
  );
}

export const isWholeNumber = (name: string): boolean =>
  COUNTED.includes(name) || name.startsWith(COUNT_PREFIX) || name.endsWith('/persistentvolumeclaims');

/** Whether a scope makes sense for all that the quota counts. */
export function scopesFit(scope: string, names: readonly string[]): boolean {
  switch (scope) {
    case 'BestEffort':
      return names.every((name) => name === 'pods');
    case 'Terminating':
    case 'NotTerminating':
    case 'NotBestEffort':
    case 'PriorityClass':
    case 'CrossNamespacePodAffinity':
      return names.every((name) => POD_COMPUTE.includes(name) || name.includes('hugepages-'));
    case 'VolumeAttributesClass':
      return names.every((name) => CLAIMS.includes(name) || name.includes(CLASS_SUFFIX));
    default:
      return true;
  }
}
