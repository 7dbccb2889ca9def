import type { Status } from './framework.ts';

/** Why no node fits a pod. */
export interface Diagnosis {
  readonly totalNodes: number;
  /** Only nodes that were looked at. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** What is said of the nodes that were ruled out before they were looked at. */
  readonly absent?: Status | undefined;
  /** What preFilter said, where it rejected the pod as a whole. */
  readonly preFilter?: string | undefined;
  readonly postFilter?: string | undefined;
}

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …`: the reasons counted
 * and sorted as text (kube-scheduler `framework/types.go` FitError).
 */
export function fitErrorMessage(diagnosis: Diagnosis): string {
  let message = `0/${diagnosis.totalNodes} nodes are available:`;
  if (diagnosis.preFilter !== undefined && diagnosis.preFilter !== '') {
    message += ` ${diagnosis.preFilter}.`;
  } else {
    const counts = new Map<string, number>();
    const count = (status: Status, nodes: number): void => {
      for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
    };
    for (const status of diagnosis.statuses.values()) count(status, 1);
    const unseen = diagnosis.totalNodes - diagnosis.statuses.size;
    if (unseen > 0 && diagnosis.absent !== undefined) count(diagnosis.absent, unseen);
    const lines = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
    if (lines.length > 0) message += ` ${lines.join(', ')}.`;
  }
  return diagnosis.postFilter === undefined || diagnosis.postFilter === ''
    ? message
    : `${message} ${diagnosis.postFilter}`;
}
