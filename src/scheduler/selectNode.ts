import type { Random } from '../base/random.ts';
import type { Pod } from '../api/types.ts';
import type { SchedulerCache } from './cache.ts';
import type { Diagnosis } from './fitError.ts';
import type { NodeInfo, Status } from './framework.ts';
import { type Cycle, type FrameworkRunner, isRejection } from './runner.ts';

/** What a search for a node found. */
export type Selection =
  | { readonly node: string }
  /** No node fits; `rejectedBy` are the plugins whose events could change that. */
  | {
      readonly node: undefined;
      readonly diagnosis: Diagnosis;
      readonly statuses: ReadonlyMap<string, Status>;
      readonly rejectedBy: ReadonlySet<string>;
    };

/** A plugin failed; not a judgement on the pod. */
export class SchedulingError extends Error {
  override readonly name = 'SchedulingError';
}

const MIN_FEASIBLE_NODES = 100;
const MIN_PERCENTAGE = 5;

/** How many nodes that fit are enough to choose among (kube-scheduler `schedule_one.go` numFeasibleNodesToFind). */
export function feasibleNodesToFind(percentageOfNodesToScore: number | undefined, nodes: number): number {
  if (nodes < MIN_FEASIBLE_NODES || (percentageOfNodesToScore ?? 0) >= 100) return nodes;
  const adaptive = Math.max(50 - Math.trunc(nodes / 125), MIN_PERCENTAGE);
  const percentage =
    percentageOfNodesToScore === undefined || percentageOfNodesToScore === 0
      ? adaptive
      : percentageOfNodesToScore;
  return Math.max(Math.trunc((nodes * percentage) / 100), MIN_FEASIBLE_NODES);
}

/** Finds nodes that fit, a sample in large clusters that goes round from cycle to cycle, and takes the best. */
export class NodeSelector {
  readonly #cache: SchedulerCache;
  readonly #runner: FrameworkRunner;
  readonly #random: Random;
  readonly #percentage: number | undefined;
  #start = 0;

  constructor(
    cache: SchedulerCache,
    runner: FrameworkRunner,
    random: Random,
    percentageOfNodesToScore: number | undefined,
  ) {
    this.#cache = cache;
    this.#runner = runner;
    this.#random = random;
    this.#percentage = percentageOfNodesToScore;
  }

  /** Throws SchedulingError where a plugin errs. */
  select(cycle: Cycle, pod: Pod): Selection {
    const totalNodes = this.#cache.nodes.length;
    const pre = this.#runner.preFilter(cycle, pod, this.#cache);
    if (pre.rejected !== undefined) {
      const status = this.#expected(pre.rejected);
      const statuses = new Map(this.#cache.nodes.map((info) => [info.name, status]));
      const diagnosis = { totalNodes, statuses, preFilter: status.reasons.join(', ') };
      return {
        node: undefined,
        diagnosis,
        statuses,
        rejectedBy: new Set([status.plugin ?? '', ...pre.narrowedBy]),
      };
    }
    const statuses = new Map<string, Status>();
    const nominated = this.#nominated(cycle, pod);
    const candidates = pre.nodes === undefined ? this.#cache.nodes : this.#named(pre.nodes);
    const feasible = nominated ?? this.#feasible(cycle, pod, candidates, statuses);
    if (feasible.length === 0) {
      const absent: Status | undefined =
        pre.nodes === undefined
          ? undefined
          : {
              code: 'UnschedulableAndUnresolvable',
              reasons: [`node(s) didn't satisfy plugin(s) [${pre.narrowedBy.join(' ')}]`],
            };
      const rejectedBy = new Set(pre.narrowedBy);
      for (const status of statuses.values()) if (status.plugin !== undefined) rejectedBy.add(status.plugin);
      return { node: undefined, diagnosis: { totalNodes, statuses, absent }, statuses, rejectedBy };
    }
    return { node: this.#best(cycle, pod, feasible) };
  }

  /** The node that preemption has promised, if it fits by now. */
  #nominated(cycle: Cycle, pod: Pod): readonly NodeInfo[] | undefined {
    const name = pod.status?.nominatedNodeName;
    const info = name === undefined || name === '' ? undefined : this.#cache.get(name);
    if (info === undefined) return undefined;
    return this.#runner.filterWithNominated(cycle, pod, info) === undefined ? [info] : undefined;
  }

  #named(names: ReadonlySet<string>): readonly NodeInfo[] {
    const infos: NodeInfo[] = [];
    for (const name of names) {
      const info = this.#cache.get(name);
      if (info !== undefined) infos.push(info);
    }
    return infos;
  }

  #feasible(
    cycle: Cycle,
    pod: Pod,
    candidates: readonly NodeInfo[],
    statuses: Map<string, Status>,
  ): readonly NodeInfo[] {
    const wanted = feasibleNodesToFind(this.#percentage, candidates.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < candidates.length && feasible.length < wanted; looked++) {
      const info = candidates[(this.#start + looked) % candidates.length];
      if (info === undefined) break;
      const status = this.#runner.filterWithNominated(cycle, pod, info);
      if (status === undefined) feasible.push(info);
      else statuses.set(info.name, this.#expected(status));
    }
    if (candidates.length > 0) this.#start = (this.#start + looked) % candidates.length;
    return feasible;
  }

  #best(cycle: Cycle, pod: Pod, feasible: readonly NodeInfo[]): string {
    const [first] = feasible;
    if (first === undefined) throw new SchedulingError('nothing to choose from');
    if (feasible.length === 1) return first.name;
    const scores = this.#runner.score(cycle, pod, feasible);
    let best = first;
    let bestScore = -Infinity;
    let equals = 0;
    for (const [i, info] of feasible.entries()) {
      const score = scores[i] ?? 0;
      if (score > bestScore) {
        best = info;
        bestScore = score;
        equals = 1;
      } else if (score === bestScore) {
        // Each of n equals is chosen with probability 1/n.
        equals++;
        if (this.#random.number() * equals < 1) best = info;
      }
    }
    return best.name;
  }

  #expected(status: Status): Status {
    if (isRejection(status)) return status;
    throw new SchedulingError(`running plugin "${status.plugin ?? ''}": ${status.reasons.join(', ')}`);
  }
}
