import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import type { Node, Pod } from '../api/types.ts';
import { makeNode, makePod, MemoryCluster } from '../../test/harness/memoryCluster.ts';
import { quietRandom } from '../../test/harness/seed.ts';
import { createScheduler } from './scheduler.ts';

const nodeWith = (name: string, cpu: number, pods: number): Node =>
  makeNode(name, { status: { allocatable: { cpu: `${cpu}m`, memory: '64Gi', pods: String(pods) } } });
const podWith = (name: string, cpu: number): Pod =>
  makePod(name, { containers: [{ name: 'c', resources: { requests: { cpu: `${cpu}m` } } }] }, { uid: name });
const cpuOf = (pod: Pod): number =>
  Number.parseInt(pod.spec.containers[0]?.resources?.requests?.['cpu'] ?? '0', 10);

/** The scheduler does what it can without the clock in a few turns. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const step = fc.oneof(
  fc.record({
    op: fc.constant('pod' as const),
    name: fc.integer({ min: 0, max: 12 }),
    cpu: fc.integer({ min: 0, max: 900 }),
  }),
  fc.record({ op: fc.constant('remove' as const), name: fc.integer({ min: 0, max: 12 }) }),
  fc.record({
    op: fc.constant('node' as const),
    name: fc.integer({ min: 0, max: 3 }),
    cpu: fc.integer({ min: 100, max: 2000 }),
    pods: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ op: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }),
);

describe('the scheduler, whatever happens', () => {
  it('never gives a node more than it has, and in the end leaves no pod waiting that fits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, draw) => {
        const cluster = new MemoryCluster();
        const clock = new FakeClock();
        const stop = new AbortController();
        const scheduler = createScheduler({
          client: cluster.client,
          informers: cluster.informers,
          events: cluster.recorder,
          clock,
          random: quietRandom('scheduler', draw),
          logger: silentLogger,
        });
        const running = scheduler.run(stop.signal);
        const on = (node: Node): readonly Pod[] =>
          cluster.pods.list().filter((pod) => pod.spec.nodeName === node.metadata.name);
        const free = (node: Node): { cpu: number; pods: number } => {
          const { cpu = '0', pods = '0' } = node.status?.allocatable ?? {};
          const taken = on(node).reduce((sum, pod) => sum + cpuOf(pod), 0);
          return { cpu: Number.parseInt(cpu, 10) - taken, pods: Number(pods) - on(node).length };
        };
        /** Nodes may shrink below what is on them; what the scheduler adds must fit all the same. */
        const before = new Map<string, number>();
        const count = (): void => {
          for (const node of cluster.nodes.list()) before.set(node.metadata.name, on(node).length);
        };
        cluster.changed.event((what) => {
          if (what !== 'bind') return;
          for (const node of cluster.nodes.list()) {
            const { name } = node.metadata;
            if (on(node).length <= (before.get(name) ?? 0)) continue;
            assert.ok(free(node).cpu >= 0 && free(node).pods >= 0, `${name} has too much`);
          }
          count();
        });
        for (const each of steps) {
          if (each.op === 'pod') {
            const name = `p${each.name}`;
            if (cluster.pods.get('default', name) === undefined) cluster.pods.put(podWith(name, each.cpu));
          } else if (each.op === 'remove') {
            cluster.pods.remove('default', `p${each.name}`);
            count();
          } else if (each.op === 'node') {
            const name = `n${each.name}`;
            // A choice that is on its way to the API was made for the node as it is.
            await settled();
            cluster.nodes.put(nodeWith(name, each.cpu, each.pods));
          } else {
            await clock.advance(each.ms);
          }
        }
        // Every back-off is over after ten seconds; what waits then, waits for an event.
        for (let i = 0; i < 4; i++) await clock.advance(10_000);
        for (const pod of cluster.pods.list()) {
          if (pod.spec.nodeName !== undefined) continue;
          const fits = cluster.nodes
            .list()
            .filter((node) => free(node).pods >= 1 && free(node).cpu >= cpuOf(pod));
          assert.deepEqual(
            fits.map((node) => node.metadata.name),
            [],
            `${pod.metadata.name} waits, but fits`,
          );
        }
        stop.abort();
        await running;
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 60 },
    );
  });
});
