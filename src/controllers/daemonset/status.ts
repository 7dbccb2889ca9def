import type { Mutable } from '../../api/meta.ts';
import type { DaemonSet, Pod } from '../../api/types.ts';
import { isPodReady } from '../pods.ts';
import { targetNode } from './daemonPod.ts';
import { isAvailable, isCurrent, type Situation } from './plan.ts';

export type DaemonSetStatus = Mutable<NonNullable<DaemonSet['status']>>;

/** The counts of nodes for the status (`updateDaemonSetStatus`). If a node has several pods, its oldest one counts. */
export function daemonSetStatus(situation: Situation, collisionCount: number): DaemonSetStatus {
  const { set, nodes, fitness, pods } = situation;
  const byNode = new Map<string, Pod>();
  for (const pod of pods) {
    const name = targetNode(pod) ?? '';
    const known = byNode.get(name);
    if (known === undefined || pod.metadata.creationTimestamp < known.metadata.creationTimestamp) {
      byNode.set(name, pod);
    }
  }
  const status = {
    desiredNumberScheduled: 0,
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
    updatedNumberScheduled: 0,
    numberAvailable: 0,
  };
  for (const node of nodes) {
    const pod = byNode.get(node.metadata.name);
    if (!fitness(node).run) {
      if (pod !== undefined) status.numberMisscheduled += 1;
      continue;
    }
    status.desiredNumberScheduled += 1;
    if (pod === undefined) continue;
    status.currentNumberScheduled += 1;
    if (isPodReady(pod)) {
      status.numberReady += 1;
      if (isAvailable(pod, situation)) status.numberAvailable += 1;
    }
    if (isCurrent(pod, situation)) status.updatedNumberScheduled += 1;
  }
  return {
    ...status,
    numberUnavailable: status.desiredNumberScheduled - status.numberAvailable,
    observedGeneration: set.metadata.generation ?? 0,
    ...(collisionCount === 0 ? {} : { collisionCount }),
    ...(set.status?.conditions === undefined ? {} : { conditions: [...set.status.conditions] }),
  };
}
