import assert from 'node:assert/strict';
import type { Node } from '../../api/types.ts';
import type { InformerHandler } from '../../client/informer.ts';
import type { Machine } from '../../cluster/machines/contract.ts';
import type { ClusterLife } from './clusterEntry.ts';
import { MachineStates, type WatchedCluster } from './machineStates.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const node = (name: string, ready: boolean): Node =>
  ({
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  }) as unknown as Node;

describe('MachineStates', () => {
  let machines: readonly Pick<Machine, 'name' | 'state'>[];
  let looks: number;
  let states: MachineStates;
  let handler: InformerHandler<Node>;
  const session = {
    cluster: 'dev',
    informer: () => ({
      addHandler(added: InformerHandler<Node>) {
        handler = added;
        return { dispose: () => undefined };
      },
    }),
  } as unknown as WatchedCluster;

  beforeEach(() => {
    machines = [{ name: 'dev-1', state: 'running' }];
    looks = 0;
    const clusters = {
      provider: (name: string) =>
        name === 'dev'
          ? Promise.resolve({ list: () => Promise.resolve((looks++, machines)) })
          : Promise.reject(new Error('no such cluster')),
    };
    states = new MachineStates(clusters as unknown as ClusterLife);
  });
  afterEach(() => states.dispose());

  it('looks when a node ceases to be ready, and when it is again, and not otherwise', async () => {
    const following = states.follow(session);
    handler.onAdd?.(node('dev-1', true));
    handler.onUpdate?.(node('dev-1', true), node('dev-1', true));
    await settled();
    assert.equal(looks, 0);
    assert.equal(states.get('dev', 'dev-1'), undefined);
    machines = [{ name: 'dev-1', state: 'stopped' }];
    handler.onUpdate?.(node('dev-1', false), node('dev-1', true));
    await settled();
    assert.equal(states.get('dev', 'dev-1'), 'stopped');
    assert.equal(states.get('dev', 'dev-2'), 'missing');
    machines = [{ name: 'dev-1', state: 'running' }];
    handler.onUpdate?.(node('dev-1', true), node('dev-1', false));
    await settled();
    assert.equal(states.get('dev', 'dev-1'), 'running');
    assert.equal(looks, 2);
    following.dispose();
    assert.equal(states.get('dev', 'dev-1'), undefined);
  });

  it('looks once more, and only once, where it is asked while it looks', async () => {
    for (let i = 0; i < 5; i++) states.look('dev');
    await settled();
    await settled();
    assert.equal(looks, 2);
  });

  it('knows nothing of a cluster whose machines cannot be asked for', async () => {
    states.look('other');
    await settled();
    assert.equal(states.get('other', 'x'), undefined);
  });
});
