import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createNodeNetwork, type NodeNetwork } from '../../src/agent/network/index.ts';
import { nodes } from '../../src/api/resources.ts';
import type { Node } from '../../src/api/types.ts';
import type { ProcessRunner } from '../../src/host/processes.ts';
import { makeNode, MemoryCluster } from '../harness/memoryCluster.ts';
import { NetLab } from '../harness/netLab.ts';

const CLUSTER = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};
/** The nodes' network lets no address of another one pass, as a hypervisor's that looks at source addresses. */
const STRICT = `table bridge strict {
  chain forward {
    type filter hook forward priority 0
    ether type ip ip saddr != 172.31.0.0/24 drop
  }
}`;

/** Sends one datagram, ends well when it is answered. */
const DATAGRAM = `
  const [bytes, host, port] = process.argv.slice(1);
  const socket = require('dgram').createSocket('udp4');
  setTimeout(() => process.exit(1), 5000);
  socket.on('message', () => process.exit(0));
  socket.send(Buffer.alloc(+bytes), +port, host);
`;

async function fragmentsMadeIn(namespace: ProcessRunner): Promise<string> {
  const { stdout } = await namespace.run('cat', ['/proc/net/snmp']);
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.split(' '));
  return values[names.indexOf('FragCreates')] ?? '';
}

const node = (name: string, range: string, address: string): Node =>
  makeNode(name, {
    spec: { podCIDR: range, podCIDRs: [range] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });

for (const podNetwork of ['routes', 'vxlan'] as const) {
  describe(`pod network by ${podNetwork} on a network that drops foreign source addresses`, function () {
    this.timeout(60_000);
    const lab = new NetLab(`whk${podNetwork}`);
    const cluster = new MemoryCluster();
    const stop = new AbortController();
    const running: Promise<void>[] = [];
    const changes: string[] = [];
    let mtu: number | undefined;

    /** Runs in a node's namespace; notes what changes the network. */
    const runnerOf = (name: string): ProcessRunner => {
      const runner = lab.in(name);
      return {
        ...runner,
        run: (command, args, options) => {
          const isChange = /^(ip|bridge)$/.test(command) && !args.includes('show');
          if (isChange) changes.push(`${name}: ${[command, ...args].join(' ')}`);
          return runner.run(command, args, options);
        },
      };
    };
    const startNode = (name: string): NodeNetwork => {
      const files = new Map<string, string>();
      const network = createNodeNetwork({
        nodeName: name,
        informers: cluster.informers,
        cluster: { ...CLUSTER, podNetwork },
        run: runnerOf(name),
        clock: systemClock,
        logger: silentLogger,
        files: {
          readText: (file) => Promise.resolve(files.get(file)),
          writeWhole: (file, content) => {
            files.set(file, content);
            mtu = (JSON.parse(content) as { plugins: { mtu?: number }[] }).plugins[0]?.mtu;
            return Promise.resolve();
          },
          writeSwitch: async (file, content) => {
            await lab.in(name).run('sh', ['-c', `echo ${content} > ${file}`]);
          },
        },
      });
      running.push(network.run(stop.signal));
      return network;
    };
    const routes = async (name: string): Promise<string> =>
      (await lab.in(name).run('ip', ['route', 'show', 'proto', '87'])).stdout;
    const until = async (read: () => Promise<string>, pattern: RegExp): Promise<void> => {
      const deadline = Date.now() + 20_000;
      for (let text = await read(); !pattern.test(text); text = await read()) {
        assert.ok(Date.now() < deadline, `it is: ${text}`);
      }
    };

    before(async () => {
      await lab.namespace('switch');
      const wire = lab.in('switch');
      await wire.run('ip', ['link', 'add', 'br0', 'type', 'bridge']);
      await wire.run('ip', ['link', 'set', 'br0', 'up']);
      await wire.run('nft', ['-f', '-'], { input: STRICT });
      for (const [number, name] of ['a', 'b'].entries()) {
        await lab.namespace(name);
        await lab.link(name, 'eth0', 'switch', `port${number}`);
        await wire.run('ip', ['link', 'set', `port${number}`, 'master', 'br0']);
        const run = lab.in(name);
        await run.run('ip', ['addr', 'add', `172.31.0.${11 + number}/24`, 'dev', 'eth0']);
      }
      cluster.informer(nodes).put(node('a', '10.244.1.0/24', '172.31.0.11'));
      cluster.informer(nodes).put(node('b', '10.244.2.0/24', '172.31.0.12'));
      await startNode('a').settled();
      await startNode('b').settled();
      await lab.bridgePods('a', '10.244.1', ['pod1'], mtu);
      await lab.bridgePods('b', '10.244.2', ['pod2'], mtu);
      await until(() => routes('a'), /^10\.244\.2\.0\/24/m);
      await until(() => routes('b'), /^10\.244\.1\.0\/24/m);
      await lab.serve('pod2', 'tcp', 8080);
      await lab.serve('pod2', 'udp', 5353);
      await lab.serve('b', 'tcp', 9000);
    });

    after(async () => {
      stop.abort();
      await Promise.all(running);
      await lab.stop();
    });

    if (podNetwork === 'routes') {
      it('does not reach pods of another node', async () => {
        assert.equal(await lab.ask('pod1', 'tcp', '10.244.2.12', 8080), 'timeout');
        assert.equal(await lab.ask('pod1', 'udp', '10.244.2.12', 5353), 'timeout');
        assert.match(await lab.ask('a', 'tcp', '172.31.0.12', 9000), /^b /);
      });
      return;
    }

    it('reaches pods of another node by TCP and UDP, from the real address', async () => {
      assert.equal(await lab.ask('pod1', 'tcp', '10.244.2.12', 8080), 'pod2 10.244.1.11');
      assert.equal(await lab.ask('pod1', 'udp', '10.244.2.12', 5353), 'pod2 10.244.1.11');
    });

    it('reaches pods of another node from a node', async () => {
      assert.equal(await lab.ask('a', 'tcp', '10.244.2.12', 8080), 'pod2 10.244.1.0');
    });

    it('carries packets as large as the pods make them, in one piece', async () => {
      assert.equal(mtu, 1_450);
      const fragments = async (): Promise<readonly string[]> =>
        Promise.all(['pod1', 'a', 'b', 'pod2'].map((name) => fragmentsMadeIn(lab.in(name))));
      const before = await fragments();
      const text = 'x'.repeat(100_000);
      const responder = await lab.serve('pod2', 'tcp', 8081, text);
      assert.equal(await lab.ask('pod1', 'tcp', '10.244.2.12', 8081), `${text} 10.244.1.11`);
      await responder.stop();
      // 28 bytes are the headers of IP and UDP.
      const send = (bytes: number): Promise<unknown> =>
        lab.in('pod1').run(process.execPath, ['-e', DATAGRAM, String(bytes), '10.244.2.12', '5353']);
      await send(1_450 - 28);
      assert.deepEqual(await fragments(), before);
      await send(1_451 - 28);
      assert.notDeepEqual(await fragments(), before);
    });

    it('changes nothing that is as it should be', async () => {
      changes.length = 0;
      cluster.informer(nodes).put(node('c', '10.244.3.0/24', '172.31.0.13'));
      await until(() => routes('a'), /^10\.244\.3\.0\/24 via 10\.244\.3\.0 dev vxlan-wh onlink/m);
      await until(() => routes('b'), /^10\.244\.3\.0\/24 via 10\.244\.3\.0 dev vxlan-wh onlink/m);
      assert.equal(changes.filter((change) => change.startsWith('a: ')).length, 3, changes.join('\n'));
    });

    it('follows a node to another address, and takes its entries away when it goes', async () => {
      const fdb = async (): Promise<string> =>
        (await lab.in('a').run('bridge', ['fdb', 'show', 'dev', 'vxlan-wh'])).stdout;
      const neighbours = async (): Promise<string> =>
        (await lab.in('a').run('ip', ['neigh', 'show', 'dev', 'vxlan-wh'])).stdout;
      cluster.informer(nodes).put(node('c', '10.244.3.0/24', '172.31.0.99'));
      await until(fdb, /^02:57:0a:f4:03:00 dst 172\.31\.0\.99 self permanent/m);
      assert.match(await neighbours(), /^10\.244\.3\.0 lladdr 02:57:0a:f4:03:00 PERMANENT/m);
      cluster.informer(nodes).remove(undefined, 'c');
      await until(() => routes('a'), /^10\.244\.2\.0\/24 [^\n]*\n$/);
      assert.doesNotMatch(`${await fdb()}${await neighbours()}`, /10\.244\.3|f4:03/);
      assert.match(await lab.ask('pod1', 'tcp', '10.244.2.12', 8080), /^pod2/);
    });

    it('comes back when somebody takes the device away', async () => {
      await lab.in('a').run('ip', ['link', 'delete', 'vxlan-wh']);
      await until(() => routes('a'), /^10\.244\.2\.0\/24 via/m);
      assert.match(await lab.ask('pod1', 'tcp', '10.244.2.12', 8080), /^pod2/);
    });
  });
}
