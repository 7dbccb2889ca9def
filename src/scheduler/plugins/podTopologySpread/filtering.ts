import { ownProperty } from '../../../base/ownProperty.ts';
import type { Pod } from '../../../api/types.ts';
import type { NodeInfo, Snapshot, Status } from '../../framework.ts';
import { type Constraint, hasAllKeys, ownConstraints } from './constraints.ts';

const MISMATCH: Status = {
  code: 'Unschedulable',
  reasons: ["node(s) didn't match pod topology spread constraints"],
  plugin: 'PodTopologySpread',
};
const MISSING_LABEL: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  plugin: 'PodTopologySpread',
};

/** A hard constraint with what it holds the pod to in this cycle. */
export interface Demand {
  readonly constraint: Constraint;
  /** Matching pods by domain, empty domains included. */
  readonly domains: ReadonlyMap<string, number>;
  /** The least that any domain has; 0 where there are fewer domains than minDomains. */
  readonly minimum: number;
  /** 1 where the pod itself will be counted. */
  readonly self: number;
}

export function demandsOf(pod: Pod, snapshot: Snapshot): readonly Demand[] {
  const constraints = ownConstraints(pod, 'DoNotSchedule', snapshot);
  if (constraints.length === 0) return [];
  const domains = countDomains(constraints, snapshot);
  return constraints.map((constraint, i) => {
    const counts = domains[i] ?? new Map<string, number>();
    let minimum = counts.size < constraint.minDomains ? 0 : Infinity;
    for (const count of counts.values()) minimum = Math.min(minimum, count);
    const self = constraint.selector.matches(pod.metadata.labels ?? {}) ? 1 : 0;
    return { constraint, domains: counts, minimum, self };
  });
}

/** By constraint: the matching pods of every domain that the pod could go to, also of those that have none. */
function countDomains(
  constraints: readonly Constraint[],
  snapshot: Snapshot,
): readonly ReadonlyMap<string, number>[] {
  const domains = constraints.map(() => new Map<string, number>());
  const [only, ...others] = constraints;
  const everyNodeCounts = others.length === 0 && only?.selective === false;
  const sums = everyNodeCounts ? only.counter.byTopology(only.topologyKey) : undefined;
  for (const { node } of snapshot.nodes) {
    if (!hasAllKeys(node, constraints)) continue;
    for (let i = 0; i < constraints.length; i++) {
      const constraint = constraints[i];
      const counts = domains[i];
      if (constraint === undefined || counts === undefined || !constraint.includes(node)) continue;
      const value = ownProperty(node.metadata.labels, constraint.topologyKey) ?? '';
      if (sums === undefined) {
        counts.set(value, (counts.get(value) ?? 0) + constraint.counter.on(node.metadata.name));
      } else if (!counts.has(value)) {
        counts.set(value, sums.get(value) ?? 0);
      }
    }
  }
  return domains;
}

/** The pod must not raise a domain more than maxSkew above the emptiest one. */
export function violated(demands: readonly Demand[], info: NodeInfo): Status | undefined {
  const labels = info.node.metadata.labels;
  for (const { constraint, domains, minimum, self } of demands) {
    const value = ownProperty(labels, constraint.topologyKey);
    if (value === undefined) return MISSING_LABEL;
    if ((domains.get(value) ?? 0) + self - minimum > constraint.maxSkew) return MISMATCH;
  }
  return undefined;
}
