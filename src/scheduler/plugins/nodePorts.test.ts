import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.ts';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { hintOf } from '../clusterEvents.ts';
import { nodePorts } from './nodePorts.ts';

/** `ip/protocol/port`, `protocol/port` for no address. */
const withPorts = (name: string, ports: readonly string[], nodeName?: string): Pod =>
  makePod(name, {
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: [
      {
        name: 'c',
        ports: ports.map((text) => {
          const parts = text.split('/');
          const hostPort = Number(parts.at(-1));
          const protocol = parts.at(-2) ?? 'TCP';
          const hostIP = parts.at(-3);
          return { containerPort: 80, hostPort, protocol, ...(hostIP === undefined ? {} : { hostIP }) };
        }),
      },
    ],
  });

describe('NodePorts', () => {
  const cases: readonly [name: string, used: string, wanted: string, fits: boolean][] = [
    ['the same port', 'TCP/80', 'TCP/80', false],
    ['another port', 'TCP/80', 'TCP/81', true],
    ['another protocol', 'TCP/80', 'UDP/80', true],
    ['another address', '127.0.0.1/TCP/80', '127.0.0.2/TCP/80', true],
    ['the same address', '127.0.0.1/TCP/80', '127.0.0.1/TCP/80', false],
    ['every address against one', '127.0.0.1/TCP/80', 'TCP/80', false],
    ['one address against every', '0.0.0.0/TCP/80', '127.0.0.1/TCP/80', false],
  ];
  for (const [name, used, wanted, fits] of cases) {
    it(`filter: ${name} ${fits ? 'fits' : 'does not fit'}`, () => {
      const world = new PluginWorld([makeNode('a')], [withPorts('holder', [used], 'a')]);
      assert.deepEqual(world.filter(nodePorts(), withPorts('p', [wanted])), {
        a: fits ? '' : "node(s) didn't have free ports for the requested pod ports",
      });
    });
  }

  it('a port stays taken while one of two holders is left', () => {
    const [one, two] = [withPorts('one', ['TCP/80'], 'a'), withPorts('two', ['TCP/80'], 'a')];
    const world = new PluginWorld([makeNode('a')], [one, two]);
    world.cache.removePod(one);
    assert.notEqual(world.filter(nodePorts(), withPorts('p', ['TCP/80']))['a'], '');
    world.cache.removePod(two);
    assert.equal(world.filter(nodePorts(), withPorts('p', ['TCP/80']))['a'], '');
  });

  it('hint queues only for a deleted pod that held one of the ports', () => {
    const registrations = nodePorts().events?.() ?? [];
    const event = { resource: 'AssignedPod', actions: ['Delete'] } as const;
    const pod = withPorts('p', ['TCP/80']);
    assert.equal(hintOf(registrations, pod, { event, old: withPorts('o', ['TCP/80']) }), 'Queue');
    assert.equal(hintOf(registrations, pod, { event, old: withPorts('o', ['TCP/81']) }), 'QueueSkip');
  });
});
