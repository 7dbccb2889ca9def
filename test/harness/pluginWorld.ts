import { FakeClock } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { Node, Pod } from '../../src/api/types.ts';
import { SchedulerCache } from '../../src/scheduler/cache.ts';
import type { Plugin, PluginContext, Status } from '../../src/scheduler/framework.ts';
import { Nominator } from '../../src/scheduler/nominator.ts';
import { prioritySort } from '../../src/scheduler/plugins/prioritySort.ts';
import { Cycle, type EnabledPlugin, FrameworkRunner } from '../../src/scheduler/runner.ts';
import { WaitingPods } from '../../src/scheduler/waitingPods.ts';
import { MemoryCluster } from './memoryCluster.ts';

/** Always the same: what the first of equals gets. */
export const steadyRandom: Random = {
  number: () => 0.5,
  uuid: () => '00000000-0000-4000-8000-000000000000',
  bytes: (count) => Buffer.alloc(count),
  suffix: (length) => 'x'.repeat(length),
};

/** A scheduler's cache with nodes and placed pods, and plugins run on it without a queue or a cycle around them. */
export class PluginWorld {
  readonly cluster = new MemoryCluster();
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly clock = new FakeClock();
  #runner: FrameworkRunner | undefined;

  constructor(nodes: readonly Node[], placed: readonly Pod[] = []) {
    for (const node of nodes) this.cache.addNode(node);
    for (const pod of placed) this.cache.setPod(pod);
  }

  get context(): PluginContext {
    return {
      client: this.cluster.client,
      informers: this.cluster.informers,
      snapshot: this.cache,
      nominator: this.nominator,
      waiting: new WaitingPods(this.clock),
      park: (wait) => wait,
      events: this.cluster.recorder,
      random: steadyRandom,
      clock: this.clock,
      filters: { run: (pod, node) => this.#runner?.whyNot(pod, node, this.cache) },
    };
  }

  runner(...plugins: readonly (Plugin | EnabledPlugin)[]): FrameworkRunner {
    const enabled = plugins.map((plugin) => ('plugin' in plugin ? plugin : { plugin, weight: 1 }));
    const bind: Plugin = { name: 'NoBind', bind: () => Promise.resolve(undefined) };
    this.#runner = new FrameworkRunner(
      [{ plugin: prioritySort() }, ...enabled, { plugin: bind }],
      this.nominator,
    );
    return this.#runner;
  }

  /** By node: why the plugin's preFilter or filter rejects the pod; '' where it fits. */
  filter(plugin: Plugin, pod: Pod): Record<string, string> {
    const statuses = this.statuses(plugin, pod);
    return Object.fromEntries(
      Object.entries(statuses).map(([node, status]) => [node, status?.reasons.join('; ') ?? '']),
    );
  }

  statuses(plugin: Plugin, pod: Pod): Record<string, Status | undefined> {
    const runner = this.runner(plugin);
    const cycle = new Cycle();
    const pre = runner.preFilter(cycle, pod, this.cache);
    return Object.fromEntries(
      this.cache.nodes.map((info) => {
        const name = info.node.metadata.name;
        if (pre.rejected !== undefined) return [name, pre.rejected];
        if (pre.nodes?.has(name) === false) return [name, { code: 'Unschedulable', reasons: ['narrowed'] }];
        return [name, runner.filter(cycle, pod, info)];
      }),
    );
  }

  /** By node: the plugin's score, normalised. */
  score(plugin: Plugin, pod: Pod): Record<string, number> {
    const runner = this.runner(plugin);
    const nodes = this.cache.nodes;
    const scores = runner.score(new Cycle(), pod, nodes);
    return Object.fromEntries(nodes.map((info, i) => [info.node.metadata.name, scores[i] ?? Number.NaN]));
  }
}
