import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nodes } from '../../api/resources.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { CidrPool } from './cidrPool.ts';
import { nodeIpamController } from './nodeIpam.ts';

describe('nodeIpamController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    const create = nodeIpamController({ clusterCidr: '10.244.0.0/22' });
    const controllers = [{ name: 'nodeipam', account: 'node-controller', create }];
    cluster = await startControlledCluster({ controllers, kubelet: false });
  });
  afterEach(() => cluster.stop());

  const ranges = () =>
    cluster
      .list(nodes)
      .map((node) => node.spec.podCIDR ?? '-')
      .sort();

  it('gives each node its own range, and one that became free to a node that had none', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await cluster.client.create(nodes, { metadata: { name }, spec: {} });
    }
    const all = ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24'];
    await cluster.until('four have one', () => ranges().join() === ['-', ...all].join());
    const b = cluster.list(nodes).find((node) => node.metadata.name === 'b')!;
    assert.deepEqual(b.spec.podCIDRs, [b.spec.podCIDR]);
    await cluster.client.delete(nodes, { name: 'b' });
    await cluster.until('the fifth has one', () => ranges().join() === all.join());
  });
});

describe('CidrPool', () => {
  it('refuses what cannot be cut', () => {
    for (const range of ['10.0.0.0/25', '10.0.0.0', 'x/16', 'fd00::/64'])
      assert.throws(() => new CidrPool(range, 24), /cannot be cut/);
  });

  it('never gives the same part twice, and gives all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(15), { maxLength: 60 }), (steps) => {
        const pool = new CidrPool('192.168.0.0/20', 24);
        const held: string[] = [];
        for (const step of steps) {
          if (step < 10) {
            const part = pool.take();
            assert.equal(part === undefined, held.length === 16);
            if (part !== undefined) {
              assert.ok(!held.includes(part));
              assert.match(part, /^192\.168\.\d+\.0\/24$/);
              held.push(part);
            }
          } else for (const freed of held.splice(step % (held.length + 1), 1)) pool.release(freed);
        }
      }),
    );
  });

  it('does not give what is in use, and ignores foreign ranges', () => {
    const pool = new CidrPool('10.0.0.0/23', 24);
    for (const cidr of ['10.0.0.0/24', '172.16.0.0/24', '10.0.1.0/25']) pool.occupy(cidr);
    assert.equal(pool.take(), '10.0.1.0/24');
    assert.equal(pool.take(), undefined);
  });
});
