import type { Pod } from '../../../api/types.ts';
import type { NodeInfo, Status } from '../../framework.ts';

/** A node with the pods that would have to go. */
export interface Candidate {
  readonly node: string;
  /** Most important first. */
  readonly victims: readonly Pod[];
}

const NO_VICTIMS: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['No preemption victims found for incoming pod'],
};

export function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0;
}

/** Higher priority first, then who runs longer (kube-scheduler `util/utils.go` MoreImportantPod). */
export function byImportance(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b);
}

/**
 * The fewest and least important pods of lower priority whose going makes room: all of them go, then, from the most
 * important, each comes back that may (`plugins/defaultpreemption` SelectVictimsOnNode).
 */
export function selectVictims(
  preemptor: Pod,
  info: NodeInfo,
  whyNotWithout: (gone: readonly Pod[]) => Status | undefined,
): { readonly victims: readonly Pod[] } | { readonly victims: undefined; readonly status: Status } {
  const potential = info.pods.filter((pod) => priorityOf(pod) < priorityOf(preemptor)).sort(byImportance);
  if (potential.length === 0) return { victims: undefined, status: NO_VICTIMS };
  const status = whyNotWithout(potential);
  if (status !== undefined) return { victims: undefined, status };
  let victims: readonly Pod[] = potential;
  for (const pod of potential) {
    const fewer = victims.filter((victim) => victim !== pod);
    if (whyNotWithout(fewer) === undefined) victims = fewer;
  }
  return { victims };
}

/**
 * The candidate that harms least: lowest highest priority, lowest sum of priorities, fewest pods, latest start of
 * the most important ones (kube-scheduler `framework/preemption` pickOneNodeForPreemption).
 */
export function leastHarm(candidates: readonly Candidate[]): Candidate | undefined {
  const scores: ((candidate: Candidate) => number)[] = [
    ({ victims }) => Math.max(...victims.map(priorityOf)),
    ({ victims }) => victims.reduce((sum, pod) => sum + priorityOf(pod) + PRIORITY_OFFSET, 0),
    ({ victims }) => victims.length,
    ({ victims }) => {
      const highest = Math.max(...victims.map(priorityOf));
      return -Math.min(...victims.filter((pod) => priorityOf(pod) === highest).map(startOf));
    },
  ];
  let best = candidates;
  for (const score of scores) {
    const lowest = Math.min(...best.map(score));
    best = best.filter((candidate) => score(candidate) === lowest);
  }
  return best[0];
}

/** Makes every priority positive, so that more pods never sum up to less. */
const PRIORITY_OFFSET = 2 ** 31;

function startOf(pod: Pod): number {
  const start = pod.status?.startTime;
  return start === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(start);
}
