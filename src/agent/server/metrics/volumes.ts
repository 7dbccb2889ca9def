import type { ClaimUsage } from './storage.ts';
import type { MetricFamily } from './text.ts';

/** Metrics of volumes with claims (kubelet `pkg/kubelet/metrics/collectors/volume_stats.go`). */
export function volumeMetrics(claims: readonly ClaimUsage[]): readonly MetricFamily[] {
  const family = (what: string, help: string, of: (usage: ClaimUsage) => number): MetricFamily => ({
    name: `kubelet_volume_stats_${what}`,
    help,
    type: 'gauge',
    samples: claims.map((usage) => ({
      labels: { namespace: usage.namespace, persistentvolumeclaim: usage.claim },
      value: of(usage),
    })),
  });
  return [
    family('capacity_bytes', 'Capacity in bytes of the volume', ({ filesystem }) => filesystem.capacityBytes),
    family(
      'available_bytes',
      'Number of available bytes in the volume',
      ({ filesystem }) => filesystem.availableBytes,
    ),
    family('used_bytes', 'Number of used bytes in the volume', ({ usedBytes }) => usedBytes),
    family('inodes', 'Maximum number of inodes in the volume', ({ filesystem }) => filesystem.inodes),
    family('inodes_free', 'Number of free inodes in the volume', ({ filesystem }) => filesystem.inodesFree),
    family(
      'inodes_used',
      'Number of used inodes in the volume',
      ({ filesystem }) => filesystem.inodes - filesystem.inodesFree,
    ),
  ];
}
