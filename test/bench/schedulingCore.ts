/**
 * The scheduler alone on informers in memory: pods a second on one core, without API server and storage. What remains
 * between this and `scheduling` is the price of the API.
 */
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { makeNode, makePod, MemoryCluster } from '../harness/memoryCluster.ts';

export interface CoreBenchOptions {
  readonly nodes: number;
  readonly pods: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Parameters<typeof makePod>[1];
}

/** Pods a second. */
export async function schedulingCore({ nodes, pods, labels, spec }: CoreBenchOptions): Promise<number> {
  const cluster = new MemoryCluster();
  for (let i = 0; i < nodes; i++) {
    const name = `node-${i}`;
    const zone = `zone-${i % 3}`;
    cluster.nodes.put(
      makeNode(name, {
        metadata: { labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
      }),
    );
  }
  let bound = 0;
  cluster.changed.event((what) => {
    if (what === 'bind') bound++;
  });
  const stop = new AbortController();
  const scheduler = createScheduler({
    client: cluster.client,
    informers: cluster.informers,
    events: { event: () => undefined },
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  const running = scheduler.run(stop.signal);
  for (let i = 0; i < pods; i++)
    cluster.pods.put(makePod(`pod-${i}`, spec, labels === undefined ? {} : { labels }));
  const start = performance.now();
  await cluster.until(() => bound === pods);
  const seconds = (performance.now() - start) / 1000;
  stop.abort();
  await running;
  return pods / seconds;
}

if (import.meta.main) {
  const nodes = Number(process.argv[2] ?? 5000);
  const pods = Number(process.argv[3] ?? 5000);
  const labels = { app: 'web' };
  const spread = (whenUnsatisfiable: string): NonNullable<CoreBenchOptions['spec']> => ({
    topologySpreadConstraints: [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1,
        whenUnsatisfiable,
        labelSelector: { matchLabels: labels },
      },
    ],
  });
  const cases: readonly [name: string, options: Partial<CoreBenchOptions>][] = [
    ['default pods', {}],
    ['softly spread over zones', { labels, spec: spread('ScheduleAnyway') }],
    ['strictly spread over zones', { labels, spec: spread('DoNotSchedule') }],
  ];
  for (const [name, options] of cases) {
    const rate = await schedulingCore({ nodes, pods, ...options });
    console.log(`${name}: ${Math.round(rate)} pods/s on ${nodes} nodes`);
  }
}
