import { canonicalQuantity, formatQuantity, quantityValue } from '../../api/quantity.ts';
import { containerRequests } from '../../api/podSpec/containerRequests.ts';
import type { Pod } from '../../api/types.ts';
import type { ContainerUsage, PodUsage } from './podUsage.ts';
import { bytesText, type Shortage, type StarvedResource } from './thresholds.ts';

/**
 * Sorts pods in the order in which they are evicted (eviction `rankMemoryPressure`, `rankDiskPressureFunc`): first
 * those that use more than they requested, then those of lower priority, then those that exceed their requests most. If
 * there are too many files, the pod with the most bytes goes first, because files are not counted per pod. Pure.
 */
export function rankForEviction(
  pods: readonly Pod[],
  usages: ReadonlyMap<string, PodUsage>,
  resource: StarvedResource,
): readonly Pod[] {
  const ranked = pods.map((pod) => {
    const usage = usages.get(pod.metadata.uid);
    // A pod that could not be measured may use any amount. kubelet evicts it first.
    const excess = usage === undefined ? Infinity : usedOf(usage, resource) - requestOf(pod, resource);
    return { pod, excess };
  });
  return ranked
    .sort(
      (a, b) =>
        Number(b.excess > 0) - Number(a.excess > 0) ||
        (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) ||
        (a.excess === b.excess ? 0 : b.excess - a.excess),
    )
    .map(({ pod }) => pod);
}

/**
 * The message of an eviction: what the node is short of, and which containers use more than they requested
 * (`evictionMessage`).
 */
export function pressureMessage(
  pod: Pod,
  usage: PodUsage | undefined,
  { resource, amounts }: Shortage,
): string {
  const parts = [`The node was low on resource: ${resource}. `, amounts];
  const ofPod = pod.spec.resources?.requests?.[resource];
  if (resource === 'memory' && usage !== undefined && ofPod !== undefined) {
    const used = bytesText(usedOf(usage, resource));
    parts.push(larger(`Pod ${pod.metadata.name}`, used, canonicalQuantity(ofPod), resource));
  }
  for (const { name, resources } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const own = usage?.containers.get(name);
    if (own === undefined || resource === 'inodes') continue;
    const request = resources?.requests?.[resource] ?? '0';
    const used = ofContainer(own, resource);
    if (used > quantityValue(request))
      parts.push(larger(`Container ${name}`, bytesText(used), canonicalQuantity(request), resource));
  }
  return parts.join('');
}

const larger = (who: string, used: string, request: string, resource: string): string =>
  `${who} was using ${used}, request is ${request}, has larger consumption of ${resource}. `;

function usedOf({ containers, volumes }: PodUsage, resource: StarvedResource): number {
  const own = [...containers.values()].reduce((sum, each) => sum + ofContainer(each, resource), 0);
  return resource === 'memory' ? own : [...volumes.values()].reduce((sum, bytes) => sum + bytes, own);
}

const ofContainer = ({ rootfs, logs, memory }: ContainerUsage, resource: StarvedResource): number =>
  resource === 'memory' ? memory : rootfs + logs;

function requestOf({ spec }: Pod, resource: StarvedResource): number {
  const name = resource === 'inodes' ? 'ephemeral-storage' : resource;
  const ofContainers = containerRequests(spec).get(name);
  const own =
    spec.resources?.requests?.[name] ?? (ofContainers === undefined ? '0' : formatQuantity(ofContainers));
  return quantityValue(own) + quantityValue(spec.overhead?.[name] ?? '0');
}
