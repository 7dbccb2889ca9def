import assert from 'node:assert/strict';
import { silentLogger } from '../../base/logger.ts';
import type { Node } from '../../api/types.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { makeNode } from '../../../test/harness/memoryCluster.ts';
import { applyRoutes, routesTo } from './routes.ts';

const node = (name: string, podCIDR?: string, address?: string): Node =>
  makeNode(name, {
    spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: address === undefined ? [] : [{ type: 'InternalIP', address }] },
  });

describe('routesTo', () => {
  it('leads to every other node that has a range and an address', () => {
    const nodes = [
      node('own', '10.244.0.0/24', '172.30.0.2'),
      node('other', '10.244.1.0/24', '172.30.0.3'),
      node('no-range', undefined, '172.30.0.4'),
      node('no-address', '10.244.3.0/24'),
    ];
    assert.deepEqual([...routesTo(nodes, 'own')], [['10.244.1.0/24', '172.30.0.3']]);
  });
});

describe('applyRoutes', () => {
  let commands: string[];
  const runner = (listed: unknown): ProcessRunner =>
    ({
      run: (command: string, args: readonly string[]) => {
        const line = [command, ...args].join(' ');
        if (line.includes(' show ')) return Promise.resolve({ stdout: JSON.stringify(listed), stderr: '' });
        commands.push(line);
        return line.includes('unreachable')
          ? Promise.reject(new Error('no'))
          : Promise.resolve({ stdout: '', stderr: '' });
      },
    }) as unknown as ProcessRunner;

  beforeEach(() => (commands = []));

  it('adds what is missing, moves what leads elsewhere, removes what is not wanted, leaves the rest', async () => {
    const listed = [
      { dst: '10.244.1.0/24', gateway: '172.30.0.3' },
      { dst: '10.244.2.0/24', gateway: '172.30.0.99' },
      { dst: '10.244.9.0/24', gateway: '172.30.0.9' },
    ];
    const wanted = new Map([
      ['10.244.1.0/24', '172.30.0.3'],
      ['10.244.2.0/24', '172.30.0.4'],
      ['10.244.3.0/24', '172.30.0.5'],
    ]);
    assert.equal(await applyRoutes(runner(listed), silentLogger, wanted), true);
    assert.deepEqual(commands, [
      'ip -4 route del 10.244.9.0/24 proto 87',
      'ip -4 route replace 10.244.2.0/24 via 172.30.0.4 proto 87',
      'ip -4 route replace 10.244.3.0/24 via 172.30.0.5 proto 87',
    ]);
  });

  it('sets a route again whose interface is down', async () => {
    const listed = [{ dst: '10.244.1.0/24', gateway: '172.30.0.3', flags: ['dead', 'linkdown'] }];
    await applyRoutes(runner(listed), silentLogger, new Map([['10.244.1.0/24', '172.30.0.3']]));
    assert.deepEqual(commands, ['ip -4 route replace 10.244.1.0/24 via 172.30.0.3 proto 87']);
  });

  it('goes on after a route that cannot be set, and says so', async () => {
    const wanted = new Map([
      ['10.244.1.0/24', 'unreachable'],
      ['10.244.2.0/24', '172.30.0.4'],
    ]);
    assert.equal(await applyRoutes(runner([]), silentLogger, wanted), false);
    assert.equal(commands.length, 2);
  });
});
