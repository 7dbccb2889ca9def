import type { KubeObject } from '../meta.ts';
import { amountsOf, containerLimits, containerRequests } from '../podSpec/containerRequests.ts';
import { addQuantities, formatQuantity, type Quantity, quantityOf, tryParseQuantity } from '../quantity.ts';
import { groupResourceOf, type Resource } from '../resource.ts';
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../types.ts';
import { classOf } from '../volumes/storageClass.ts';
import { CLAIMS, CLASS_SUFFIX, COUNT_PREFIX, POD_COMPUTE, SERVICES } from './names.ts';
import { claimInScope, hasScopes, podInScope } from './scopes.ts';

export type Usage = ReadonlyMap<string, Quantity>;

const ONE = quantityOf(1);
/** Resources of the core group that count under their bare name as well. */
const BARE = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas']);
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** All that an object uses, by the names that quotas count it under (`pkg/quota/v1/evaluator`). */
export function usageOf(resource: Pick<Resource, 'group' | 'plural'>, object: KubeObject): Usage {
  const usage = new Map<string, Quantity>([[`${COUNT_PREFIX}${groupResourceOf(resource)}`, ONE]]);
  if (resource.group !== '') return usage;
  if (BARE.has(resource.plural)) usage.set(resource.plural, ONE);
  switch (resource.plural) {
    case 'pods':
      addPod(usage, object as Pod);
      break;
    case 'services':
      addService(usage, object as Service);
      break;
    case 'persistentvolumeclaims':
      addClaim(usage, object as PersistentVolumeClaim);
      break;
  }
  return usage;
}

/**
 * Whether objects of this resource count under a name, however many there are (`MatchingResources` of the evaluators).
 * What no served resource counts under has no place in a quota's `used`.
 */
export function countsAs({ group, plural }: Pick<Resource, 'group' | 'plural'>, name: string): boolean {
  if (name === `${COUNT_PREFIX}${groupResourceOf({ group, plural })}`) return true;
  if (group !== '') return false;
  switch (plural) {
    case 'pods':
      return POD_COMPUTE.includes(name) || isRequestOfPods(name);
    case 'services':
      return SERVICES.includes(name);
    case 'persistentvolumeclaims':
      return CLAIMS.some((each) => name === each || name.endsWith(`${CLASS_SUFFIX}${each}`));
    default:
      return BARE.has(plural) && name === plural;
  }
}

/** Huge pages of any size, and extended resources, which are never given more than once. */
function isRequestOfPods(name: string): boolean {
  if (name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')) return true;
  return name.startsWith('requests.') && name.includes('/') && !name.includes('kubernetes.io/');
}

/** Pods that have ended use nothing; only their number is counted, by `count/pods`. */
function addPod(usage: Map<string, Quantity>, { spec, status }: Pod): void {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return;
  usage.set('pods', ONE);
  const whole = amountsOf(spec.resources?.requests);
  for (const [name, amount] of new Map([...containerRequests(spec), ...whole])) {
    const total = withOverhead(name, amount, spec.overhead);
    usage.set(`requests.${name}`, total);
    if (COMPUTE.has(name) || name.startsWith('hugepages-')) usage.set(name, total);
  }
  for (const [name, amount] of new Map([...containerLimits(spec), ...amountsOf(spec.resources?.limits)])) {
    if (COMPUTE.has(name)) usage.set(`limits.${name}`, withOverhead(name, amount, spec.overhead));
  }
}

function withOverhead(
  name: string,
  amount: Quantity,
  overhead: Readonly<Record<string, string>> | undefined,
): Quantity {
  const more = overhead?.[name] === undefined ? undefined : tryParseQuantity(overhead[name]);
  return more === undefined ? amount : addQuantities(amount, more);
}

function addService(usage: Map<string, Quantity>, { spec }: Service): void {
  usage.set('services', ONE);
  const ports = spec.ports ?? [];
  if (spec.type === 'NodePort') usage.set('services.nodeports', quantityOf(ports.length));
  if (spec.type === 'LoadBalancer') {
    usage.set('services.loadbalancers', ONE);
    const taken =
      spec.allocateLoadBalancerNodePorts === false
        ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length
        : ports.length;
    usage.set('services.nodeports', quantityOf(taken));
  }
}

function addClaim(usage: Map<string, Quantity>, claim: PersistentVolumeClaim): void {
  usage.set('persistentvolumeclaims', ONE);
  const { spec, status } = claim;
  const name = classOf(claim) ?? '';
  const size = tryParseQuantity(spec.resources?.requests?.['storage'] ?? '0');
  const granted = tryParseQuantity(status?.allocatedResources?.['storage'] ?? '0');
  const storage = size !== undefined && granted !== undefined && granted.nano > size.nano ? granted : size;
  if (storage !== undefined) usage.set('requests.storage', storage);
  if (name === '') return;
  usage.set(`${name}${CLASS_SUFFIX}persistentvolumeclaims`, ONE);
  if (storage !== undefined) usage.set(`${name}${CLASS_SUFFIX}requests.storage`, storage);
}

/** Whether a quota counts an object at all: by its scopes. */
export function isInScope(
  quota: ResourceQuota,
  resource: Pick<Resource, 'group' | 'plural'>,
  object: KubeObject,
): boolean {
  if (resource.group === '' && resource.plural === 'pods') return podInScope(quota, object as Pod);
  if (resource.group === '' && resource.plural === 'persistentvolumeclaims') {
    return claimInScope(quota, object as PersistentVolumeClaim);
  }
  return !hasScopes(quota);
}

/** The part of a usage that the quota counts. */
export function countedBy(quota: ResourceQuota, usage: Usage): Usage {
  const hard = quota.spec?.hard ?? {};
  return new Map([...usage].filter(([name]) => Object.hasOwn(hard, name)));
}

export function sumOf(usages: Iterable<Usage>): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const usage of usages) {
    for (const [name, amount] of usage) {
      const before = sum.get(name);
      sum.set(name, before === undefined ? amount : addQuantities(before, amount));
    }
  }
  return sum;
}

/** `cpu=1,pods=2`: amounts as upstream's messages have them. */
export const textOf = (usage: Usage): string =>
  [...usage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
