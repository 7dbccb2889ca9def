import { ownProperty } from '../../../base/ownProperty.ts';
import { matcherOf, selectorFromMap } from '../../../api/labels.ts';
import type { Node, Pod, TopologySpreadConstraint } from '../../../api/types.ts';
import type { Snapshot } from '../../framework.ts';
import type { PodCounter, PodSelector } from '../../podCounters.ts';
import { podSelector } from '../../podSelector.ts';
import { hasNodeRequirements, matchesRequired } from '../../../api/nodeSelector.ts';
import { untolerated } from '../../../api/tolerations.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

/** A topologySpreadConstraint with its defaults filled in and its matching pods counted. */
export interface Constraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: PodSelector;
  readonly counter: PodCounter;
  /** False where every node counts, so that sums over topologies need no look at single nodes. */
  readonly selective: boolean;
  /** Whether a node's pods count at all (nodeAffinityPolicy, nodeTaintsPolicy; KEP-3094). */
  includes(node: Node): boolean;
}

/** The pod's own constraints with this answer to `whenUnsatisfiable` (`plugins/podtopologyspread/common.go`). */
export function ownConstraints(
  pod: Pod,
  whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway',
  snapshot: Snapshot,
): readonly Constraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => build(pod, constraint, selectorOf(pod, constraint), snapshot));
}

/** The system's default spreading, softly by host and by zone (`plugins/podtopologyspread/plugin.go`). */
export function defaultConstraints(
  pod: Pod,
  selector: PodSelector,
  snapshot: Snapshot,
): readonly Constraint[] {
  return SYSTEM_DEFAULTS.map((constraint) => build(pod, constraint, selector, snapshot));
}

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

export function hasAllKeys(node: Node, constraints: readonly Constraint[]): boolean {
  const labels = node.metadata.labels;
  return constraints.every(({ topologyKey }) => ownProperty(labels, topologyKey) !== undefined);
}

function build(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  selector: PodSelector,
  snapshot: Snapshot,
): Constraint {
  const byAffinity = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && hasNodeRequirements(pod);
  const byTaints = constraint.nodeTaintsPolicy === 'Honor';
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selector,
    counter: snapshot.counter(pod.metadata.namespace, selector),
    selective: byAffinity || byTaints,
    includes: (node) =>
      (!byAffinity || matchesRequired(pod, node)) &&
      (!byTaints || untolerated(node.spec.taints, pod.spec.tolerations, HARD) === undefined),
  };
}

const HARD = ['NoSchedule', 'NoExecute'];

/** No selector selects nothing, an empty one everything; matchLabelKeys add the pod's own values (KEP-3243). */
function selectorOf(pod: Pod, constraint: TopologySpreadConstraint): PodSelector {
  if (constraint.labelSelector === undefined) return NO_POD;
  const own: Record<string, string> = {};
  for (const key of constraint.matchLabelKeys ?? []) {
    const value = ownProperty(pod.metadata.labels, key);
    if (value !== undefined) own[key] = value;
  }
  return podSelector(selectorFromMap(own), matcherOf(constraint.labelSelector));
}

const NO_POD: PodSelector = { key: '\0nothing', matches: () => false };
