import assert from 'node:assert/strict';
import { commandWorld, type CommandWorld } from '../../../test/harness/vscode/commandWorld.ts';
import { systemClock } from '../../base/clock.ts';
import { nodes, pods } from '../../api/resources.ts';
import { tooManyRequests } from '../../api/status.ts';
import type { Pod } from '../../api/types.ts';
import { drainNode } from './drainNode.ts';

describe('Drain Node', () => {
  let world: CommandWorld;
  beforeEach(async () => {
    world = await commandWorld({ context: { clock: { ...systemClock, sleep: () => Promise.resolve() } } });
  });
  afterEach(() => world.stop());

  const pod = (name: string, owner?: string): Promise<Pod> =>
    world.create(pods, {
      metadata: {
        name,
        namespace: 'default',
        ...(owner === undefined
          ? {}
          : {
              ownerReferences: [
                { apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'o', controller: true },
              ],
            }),
      },
      spec: { nodeName: 'n', terminationGracePeriodSeconds: 0, containers: [{ name: 'a', image: 'a' }] },
    });

  it('cordons, and evicts what can go elsewhere, patiently; says what does not come back', async () => {
    const node = await world.create(nodes, { metadata: { name: 'n' }, spec: {} });
    await pod('alone');
    await pod('web', 'ReplicaSet');
    await pod('agent', 'DaemonSet');
    let refused = 0;
    const evicted: string[] = [];
    Object.assign(world.session.client, {
      createSubresource: (_resource: unknown, { name }: { name: string }) => {
        if (name === 'web' && refused++ < 2) return Promise.reject(tooManyRequests('a budget holds it', 1));
        evicted.push(name);
        return Promise.resolve({});
      },
    });
    world.answer('Drain');
    await drainNode.run(world.context, world.row(nodes, node));
    assert.match(
      world.asked[0]?.text ?? '',
      /^Drain node n of cluster dev\?\n.*2 pods are evicted[\s\S]*Nothing makes these again: alone\./,
    );
    assert.deepEqual(evicted.toSorted(), ['alone', 'web']);
    assert.equal(refused, 3);
    assert.equal((await world.client.get(nodes, { name: 'n' })).spec.unschedulable, true);
  });

  it('does nothing without a yes', async () => {
    const node = await world.create(nodes, { metadata: { name: 'n' }, spec: {} });
    await drainNode.run(world.context, world.row(nodes, node));
    assert.notEqual((await world.client.get(nodes, { name: 'n' })).spec.unschedulable, true);
  });
});
