import type { Pod } from '../api/types.ts';
import type { CycleState, EventRegistration, NodeInfo, Plugin, Snapshot, Status } from './framework.ts';
import type { Nominator } from './nominator.ts';

/** A plugin with the weight of its score; 0 or missing for plugins that do not score. */
export interface EnabledPlugin {
  readonly plugin: Plugin;
  readonly weight?: number;
}

/** The scratchpad of one cycle, with what has been skipped. */
export class Cycle implements CycleState {
  readonly #data = new Map<string, unknown>();
  readonly skipFilter = new Set<string>();
  /** The filters that are not skipped, once one has been asked: very many nodes are. */
  filters: readonly Step<'filter'>[] | undefined;

  read<T>(key: string): T | undefined {
    return this.#data.get(key) as T | undefined;
  }

  write(key: string, value: unknown): void {
    this.#data.set(key, value);
  }
}

type Method = Exclude<keyof Plugin, 'name'>;
interface Step<K extends Method> {
  readonly name: string;
  readonly weight: number;
  readonly plugin: Plugin;
  readonly run: NonNullable<Plugin[K]>;
}

export interface PreFilterResult {
  readonly rejected?: Status | undefined;
  /** Plugins whose result is to be asked about events when no node is left. */
  readonly narrowedBy: readonly string[];
  readonly nodes?: ReadonlySet<string> | undefined;
}

/** Runs the plugins of each extension point in their order (kube-scheduler `framework/runtime/framework.go`). */
export class FrameworkRunner {
  readonly #steps: { readonly [K in Method]: readonly Step<K>[] };
  readonly #nominator: Nominator;
  readonly registrations: ReadonlyMap<string, readonly EventRegistration[]>;

  constructor(plugins: readonly EnabledPlugin[], nominator: Nominator) {
    this.#nominator = nominator;
    const steps = <K extends Method>(method: K): readonly Step<K>[] =>
      plugins.flatMap(({ plugin, weight = 0 }) => {
        const run = plugin[method];
        if (run === undefined) return [];
        return [{ name: plugin.name, weight, plugin, run: run.bind(plugin) as NonNullable<Plugin[K]> }];
      });
    this.#steps = {
      events: steps('events'),
      preEnqueue: steps('preEnqueue'),
      less: steps('less'),
      preFilter: steps('preFilter'),
      filter: steps('filter'),
      postFilter: steps('postFilter'),
      preScore: steps('preScore'),
      score: steps('score'),
      normalize: steps('normalize'),
      reserve: steps('reserve'),
      unreserve: steps('unreserve'),
      permit: steps('permit'),
      preBind: steps('preBind'),
      bind: steps('bind'),
      postBind: steps('postBind'),
    };
    if (this.#steps.less.length !== 1) throw new Error('exactly one queue sort plugin is needed');
    if (this.#steps.bind.length === 0) throw new Error('at least one bind plugin is needed');
    this.registrations = new Map(this.#steps.events.map(({ name, run }) => [name, run()]));
  }

  get less(): NonNullable<Plugin['less']> {
    const [step] = this.#steps.less;
    if (step === undefined) throw new Error('no queue sort plugin');
    return step.run;
  }

  get canPostFilter(): boolean {
    return this.#steps.postFilter.length > 0;
  }

  preEnqueue(pod: Pod): Status | undefined {
    for (const { name, run } of this.#steps.preEnqueue) {
      const status = run(pod);
      if (isFailure(status)) return named(status, name);
    }
    return undefined;
  }

  preFilter(state: Cycle, pod: Pod, snapshot: Snapshot): PreFilterResult {
    let nodes: ReadonlySet<string> | undefined;
    const narrowedBy: string[] = [];
    state.filters = undefined;
    for (const { name, run } of this.#steps.preFilter) {
      const result = run(state, pod, snapshot);
      if (result === undefined) continue;
      if (result.status?.code === 'Skip') state.skipFilter.add(name);
      else if (isFailure(result.status)) return { rejected: named(result.status, name), narrowedBy };
      if (result.nodes !== undefined) {
        const others: ReadonlySet<string> = result.nodes;
        nodes = nodes === undefined ? others : new Set([...nodes].filter((node) => others.has(node)));
        narrowedBy.push(name);
        if (nodes.size === 0) {
          const reason =
            narrowedBy.length === 1
              ? `node(s) didn't satisfy plugin ${name}`
              : `node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}] simultaneously`;
          return {
            rejected: { code: 'UnschedulableAndUnresolvable', reasons: [reason], plugin: name },
            narrowedBy,
          };
        }
      }
    }
    return { nodes, narrowedBy };
  }

  /** The first filter that objects, or undefined. */
  filter(state: Cycle, pod: Pod, node: NodeInfo): Status | undefined {
    state.filters ??= this.#steps.filter.filter(({ name }) => !state.skipFilter.has(name));
    for (const { name, run } of state.filters) {
      const status = run(state, pod, node);
      if (isFailure(status)) return named(status, name);
    }
    return undefined;
  }

  /**
   * As `filter`; where other pods of at least the same priority are promised this node, it must fit both with and
   * without them, as they may come or not.
   */
  filterWithNominated(state: Cycle, pod: Pod, node: NodeInfo): Status | undefined {
    if (this.#nominator.size > 0) {
      const priority = pod.spec.priority ?? 0;
      const promised = [...this.#nominator.on(node.name)].filter(
        (other) => other.metadata.uid !== pod.metadata.uid && (other.spec.priority ?? 0) >= priority,
      );
      const status = promised.length === 0 ? undefined : this.filter(state, pod, node.with(promised));
      if (status !== undefined) return status;
    }
    return this.filter(state, pod, node);
  }

  /** All preFilters and filters on one node, as in a cycle of its own. */
  whyNot(pod: Pod, node: NodeInfo, snapshot: Snapshot): Status | undefined {
    const cycle = new Cycle();
    const pre = this.preFilter(cycle, pod, snapshot);
    if (pre.rejected !== undefined) return pre.rejected;
    if (pre.nodes?.has(node.name) === false) return NARROWED;
    return this.filterWithNominated(cycle, pod, node);
  }

  async postFilter(
    state: CycleState,
    pod: Pod,
    failed: ReadonlyMap<string, Status>,
    signal: AbortSignal,
  ): Promise<{ nominatedNode?: string; status: Status }> {
    let last: { nominatedNode?: string; status: Status } = { status: { code: 'Unschedulable', reasons: [] } };
    for (const { name, run } of this.#steps.postFilter) {
      const result = await run(state, pod, failed, signal);
      last = { ...result, status: named(result.status, name) };
      if (result.status.code !== 'Unschedulable') return last;
    }
    return last;
  }

  /** The sum of all plugins' weighted scores, 0..100 each, for every node. */
  score(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]): Float64Array {
    const skipped = new Set<string>();
    for (const { name, run } of this.#steps.preScore) {
      if (run(state, pod, nodes)?.code === 'Skip') skipped.add(name);
    }
    const total = new Float64Array(nodes.length);
    const scores = new Float64Array(nodes.length);
    for (const { name, weight, run, plugin } of this.#steps.score) {
      if (skipped.has(name)) continue;
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i];
        if (node !== undefined) scores[i] = run(state, pod, node);
      }
      plugin.normalize?.(state, pod, nodes, scores);
      for (let i = 0; i < scores.length; i++) total[i] = (total[i] ?? 0) + weight * (scores[i] ?? 0);
    }
    return total;
  }

  reserve(state: CycleState, pod: Pod, node: string): Status | undefined {
    for (const { name, run } of this.#steps.reserve) {
      const status = run(state, pod, node);
      if (isFailure(status)) return named(status, name);
    }
    return undefined;
  }

  unreserve(state: CycleState, pod: Pod, node: string): void {
    for (const { run } of this.#steps.unreserve.toReversed()) run(state, pod, node);
  }

  /** The combined answer of all permit plugins: a rejection, or `Wait` with the shortest of their times. */
  permit(state: CycleState, pod: Pod, node: string): { status: Status; timeoutMs: number } | undefined {
    let waiting: { status: Status; timeoutMs: number } | undefined;
    for (const { name, run } of this.#steps.permit) {
      const result = run(state, pod, node);
      if (result === undefined || !isFailure(result.status)) continue;
      const { status, timeoutMs = MAX_PERMIT_MS } = result;
      if (status.code !== 'Wait') return { status: named(status, name), timeoutMs: 0 };
      waiting = {
        status: named(status, name),
        timeoutMs: Math.min(waiting?.timeoutMs ?? MAX_PERMIT_MS, timeoutMs),
      };
    }
    return waiting;
  }

  async preBind(state: CycleState, pod: Pod, node: string, signal: AbortSignal): Promise<Status | undefined> {
    for (const { name, run } of this.#steps.preBind) {
      const status = await run(state, pod, node, signal);
      if (isFailure(status)) return named(status, name);
    }
    return undefined;
  }

  /** The first bind plugin that does not skip decides. */
  async bind(state: CycleState, pod: Pod, node: string, signal: AbortSignal): Promise<Status | undefined> {
    for (const { name, run } of this.#steps.bind) {
      const status = await run(state, pod, node, signal);
      if (status?.code === 'Skip') continue;
      return isFailure(status) ? named(status, name) : undefined;
    }
    return { code: 'Error', reasons: ['no bind plugin took the pod'] };
  }

  postBind(state: CycleState, pod: Pod, node: string): void {
    for (const { run } of this.#steps.postBind) run(state, pod, node);
  }
}

const NARROWED: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't satisfy plugin(s)"],
};

/** Upstream's maxTimeout for waiting on permit. */
const MAX_PERMIT_MS = 15 * 60_000;

export function isFailure(status: Status | undefined): status is Status {
  return status !== undefined && status.code !== 'Success';
}

export function isRejection(status: Status): boolean {
  return status.code === 'Unschedulable' || status.code === 'UnschedulableAndUnresolvable';
}

function named(status: Status, plugin: string): Status {
  return status.plugin === undefined ? { ...status, plugin } : status;
}
