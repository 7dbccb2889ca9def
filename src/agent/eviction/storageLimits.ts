import { containerLimits } from '../../api/podSpec/containerRequests.ts';
import { canonicalQuantity, formatQuantity, quantityValue } from '../../api/quantity.ts';
import type { Pod } from '../../api/types.ts';
import type { PodUsage } from './podUsage.ts';

const EPHEMERAL_STORAGE = 'ephemeral-storage';

/** Whether the pod has a limit for its use of the node's disk. */
export function hasStorageLimit({ spec }: Pod): boolean {
  const { containers, initContainers = [], volumes = [] } = spec;
  return (
    volumes.some(({ emptyDir }) => diskLimitOf(emptyDir) > 0) ||
    [...containers, ...initContainers].some(
      ({ resources }) => resources?.limits?.[EPHEMERAL_STORAGE] !== undefined,
    )
  );
}

/**
 * The limit that a pod exceeds, in kubelet's words; undefined if it exceeds none. Volumes are checked first, then the
 * whole pod, then each container (eviction `localStorageEviction`). Pure.
 */
export function storageViolation(pod: Pod, usage: PodUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = diskLimitOf(emptyDir);
    if (limit > 0 && (usage.volumes.get(name) ?? 0) > limit)
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${canonicalQuantity(emptyDir?.sizeLimit ?? '')}". `;
  }
  const ofContainers = [...usage.containers.values()].reduce(
    (sum, { rootfs, logs }) => sum + rootfs + logs,
    0,
  );
  const total = [...usage.volumes.values()].reduce((sum, bytes) => sum + bytes, ofContainers);
  const ofAll = containerLimits(pod.spec).get(EPHEMERAL_STORAGE);
  if (ofAll !== undefined && total > quantityValue(formatQuantity(ofAll)))
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatQuantity(ofAll)}. `;
  for (const { name, resources } of pod.spec.containers) {
    const limit = resources?.limits?.[EPHEMERAL_STORAGE];
    const used = usage.containers.get(name);
    if (limit === undefined || used === undefined || quantityValue(limit) === 0) continue;
    if (used.rootfs + used.logs > quantityValue(limit))
      return `Container ${name} exceeded its local ephemeral storage limit "${canonicalQuantity(limit)}". `;
  }
  return undefined;
}

/** 0 means no limit. The kernel enforces the limit of a volume in memory. */
function diskLimitOf(emptyDir: { medium?: string; sizeLimit?: string } | undefined): number {
  if (emptyDir?.sizeLimit === undefined || (emptyDir.medium ?? '') !== '') return 0;
  return quantityValue(emptyDir.sizeLimit);
}
