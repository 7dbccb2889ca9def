import type { Node, Pod } from '../../api/types.ts';
import type { PressureCondition } from '../eviction/thresholds.ts';
import type { PodFailure } from '../pods/podStatus.ts';

/** The facts about the node that decide whether it takes a pod. */
export interface NodeFacts {
  /** Undefined while the API has not shown it. */
  readonly node: Node | undefined;
  readonly allocatable: Readonly<Record<string, string>>;
  /** The runtime confines containers by AppArmor profiles. */
  readonly hasAppArmor: boolean;
  /** The resources that the node is short of. */
  readonly pressure: ReadonlySet<PressureCondition>;
}

/**
 * Says why the node does not take a pod that has come to it, in kubelet's words; undefined where it has nothing against
 * it. One file each; `index.ts` lists them in kubelet's order. `others`: the pods that are on the node.
 */
export type PodAdmitHandler = (pod: Pod, others: readonly Pod[], facts: NodeFacts) => PodFailure | undefined;

export const predicateFailed = (name: string, why: string): PodFailure => ({
  reason: name,
  message: `Predicate ${name} failed: ${why}`,
});
