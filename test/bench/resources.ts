import { namespaces } from '../../src/api/resources.ts';
import { garbageCollector } from '../../src/controllers/garbagecollector/garbageCollector.ts';
import { namespaceController } from '../../src/controllers/namespace/namespace.ts';
import { type ControlledCluster, startControlledCluster } from '../harness/controlledCluster.ts';
import { widgetKind, widgets } from '../harness/customKind.ts';
import { type Benchmark, median } from './benchmark.ts';

const ROUNDS = 9;
const WITHIN_MS = 50;

/** How long it takes after a kind has been added while the control plane runs until each part of it has it. */
export const resources: Benchmark = {
  name: 'resources',
  async run(report) {
    const cluster = await startControlledCluster({
      kubelet: false,
      controllers: (served) => [
        { name: 'garbagecollector', account: 'generic-garbage-collector', create: garbageCollector(served) },
        { name: 'namespace', account: 'namespace-controller', create: namespaceController(served) },
      ],
    });
    try {
      const times = new Map<string, number[]>();
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [what, ms] of await addOnce(cluster, round)) {
          times.set(what, [...(times.get(what) ?? []), ms]);
        }
      }
      for (const [what, values] of times) {
        report({ what, value: median(values), unit: 'ms', target: { atMost: WITHIN_MS } });
      }
    } finally {
      await cluster.stop();
    }
  },
};

/** Milliseconds since the kind was added, by what worked then. */
async function addOnce(cluster: ControlledCluster, round: number): Promise<Map<string, number>> {
  const { client, server } = cluster;
  const times = new Map<string, number>();
  const namespace = `n${round}`;
  await client.create(namespaces, { metadata: { name: namespace } });
  const kind = widgetKind();
  const begun = performance.now();
  const note = (what: string): void => void times.set(`added kind is ${what}`, performance.now() - begun);

  server.resources.change({ add: [kind] });
  await client.create(widgets, { metadata: { namespace, name: 'a' } });
  note('served');
  await server.ask('GET', '/apis/example.com/v1');
  note('discovered');
  const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'ghost' };
  await client.create(widgets, { metadata: { namespace, name: 'b', ownerReferences: [ghost] } });
  await cluster.until('collected', () => cluster.get(widgets, namespace, 'b') === undefined);
  note('garbage-collected');
  await client.delete(namespaces, { name: namespace });
  await cluster.until('deleted', () => cluster.get(widgets, namespace, 'a') === undefined);
  note('deleted with its namespace');
  await server.ask('GET', '/openapi/v3/apis/example.com/v1');
  note('explained');

  server.resources.change({ remove: [kind] });
  return times;
}
