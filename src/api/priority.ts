/** Priorities above this one are the system's own (apis/scheduling `types.go`). */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;

export interface SystemPriority {
  readonly name: string;
  readonly value: number;
  readonly description: string;
}

/** The classes that every cluster has (apis/scheduling/v1 `helpers.go`). */
export const SYSTEM_PRIORITIES: readonly SystemPriority[] = [
  {
    name: 'system-node-critical',
    value: 2 * HIGHEST_USER_PRIORITY + 1000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2 * HIGHEST_USER_PRIORITY,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** Whether the node or the cluster depends on the pod: such pods are never evicted (kubelet types `IsCriticalPod`). */
export const isCritical = ({ priority }: { readonly priority?: number }): boolean =>
  priority !== undefined && priority >= 2 * HIGHEST_USER_PRIORITY;
