import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { FakeClock } from '../../base/clock.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import { silentLogger } from '../../base/logger.ts';
import { nodes } from '../../api/resources.ts';
import type { Node } from '../../api/types.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { makeNode, MemoryCluster } from '../../../test/harness/memoryCluster.ts';
import { CNI_CONFIG_FILE, cniConfig } from './cni.ts';
import { NftTable } from './nftables/table.ts';
import { createPodNetwork } from './podNetwork.ts';

const CLUSTER = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};
const node = (name: string, range: string, address: string): Node =>
  makeNode(name, {
    spec: { podCIDR: range, podCIDRs: [range] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });
const own = node('own', '10.244.0.0/24', '172.30.0.2');
const other = node('other', '10.244.1.0/24', '172.30.0.3');

describe('createPodNetwork', () => {
  let cluster: MemoryCluster;
  let clock: FakeClock;
  let stop: AbortController;
  let running: Promise<unknown>;
  let commands: string[];
  let failing: boolean;
  let monitors: { readonly output: PassThrough; readonly ended: Deferred<number> }[];
  let files: Map<string, string>;
  let writes: number;
  let scripts: string[];
  /** Switches that the kernel does not have (yet). */
  let missing: (file: string) => boolean;

  const run = {
    run: (command: string, args: readonly string[], { input = '' }: { input?: string } = {}) => {
      const line = [command, ...args].join(' ');
      if (command === 'nft') scripts.push(input);
      else if (!line.includes(' show ')) commands.push(line);
      return failing ? Promise.reject(new Error('no')) : Promise.resolve({ stdout: '', stderr: '' });
    },
    spawn: (_command: string, _args: readonly string[], { signal }: { signal?: AbortSignal } = {}) => {
      const monitor = { output: new PassThrough(), ended: createDeferred<number>() };
      monitors.push(monitor);
      signal?.addEventListener('abort', () => monitor.ended.resolve(143), { once: true });
      return { stdout: monitor.output, exited: monitor.ended.promise };
    },
  } as unknown as ProcessRunner;

  beforeEach(() => {
    cluster = new MemoryCluster();
    clock = new FakeClock();
    stop = new AbortController();
    commands = [];
    failing = false;
    monitors = [];
    files = new Map();
    writes = 0;
    scripts = [];
    missing = () => false;
  });

  afterEach(async () => {
    stop.abort();
    await running;
    assert.equal(clock.pending, 0);
  });

  const start = async (): Promise<void> => {
    const table = new NftTable({ run, clock, logger: silentLogger });
    const network = createPodNetwork({
      nodeName: 'own',
      informers: cluster.informers,
      cluster: CLUSTER,
      table,
      run,
      files: {
        readText: (file) => Promise.resolve(files.get(file)),
        writeWhole: (file, content) => {
          writes++;
          files.set(file, content);
          return Promise.resolve();
        },
        writeSwitch: (file, content) =>
          missing(file)
            ? Promise.reject(new Error('ENOENT'))
            : Promise.resolve(void files.set(file, content)),
      },
      clock,
      logger: silentLogger,
    });
    running = Promise.all([network.run(stop.signal), table.run(stop.signal)]);
    await settle();
  };
  /** Lets what is waiting for nothing but its turn go on. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const later = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle();
  };
  const routed = 'ip -4 route replace 10.244.1.0/24 via 172.30.0.3 proto 87';

  it('writes the configuration of the own range, masquerades it to the outside, and routes to others', async () => {
    cluster.informer(nodes).put(own);
    cluster.informer(nodes).put(other);
    await start();
    assert.equal(files.get(CNI_CONFIG_FILE), cniConfig('10.244.0.0/24'));
    assert.equal(files.get('/proc/sys/net/ipv4/ip_forward'), '1');
    assert.match(scripts.join(''), /ip saddr 10\.244\.0\.0\/24 ip daddr != 10\.244\.0\.0\/16 masquerade/);
    assert.deepEqual(commands, [routed]);
  });

  it('loads the module by which bridged packets pass the rules, and does without where there is none', async () => {
    const bridged = '/proc/sys/net/bridge/bridge-nf-call-iptables';
    missing = (file) => file === bridged && !commands.includes('modprobe br_netfilter');
    await start();
    assert.equal(files.get(bridged), '1');
    stop.abort();
    await running;
    stop = new AbortController();
    missing = (file) => file === bridged;
    cluster.informer(nodes).put(own);
    await start();
    assert.equal(files.get(CNI_CONFIG_FILE), cniConfig('10.244.0.0/24'));
  });

  it('waits for a range, and leaves a configuration alone that is right', async () => {
    files.set(CNI_CONFIG_FILE, cniConfig('10.244.0.0/24'));
    cluster.informer(nodes).put({ ...own, spec: {} });
    await start();
    cluster.informer(nodes).put(own);
    await later(100);
    assert.equal(writes, 0);
    assert.match(scripts.join(''), /masquerade fully-random\n$/);
  });

  it('takes the old bridge away when the node has come back with another range', async () => {
    files.set(CNI_CONFIG_FILE, cniConfig('10.244.9.0/24'));
    cluster.informer(nodes).put(own);
    await start();
    assert.deepEqual(commands, ['ip link delete cni0']);
    assert.equal(files.get(CNI_CONFIG_FILE), cniConfig('10.244.0.0/24'));
  });

  it('follows nodes that come, but not their heartbeats', async () => {
    cluster.informer(nodes).put(own);
    await start();
    await later(100);
    cluster.informer(nodes).put(other);
    await later(100);
    assert.deepEqual(commands, [routed]);
    cluster.informer(nodes).put({ ...other, status: { ...other.status, phase: 'x' } });
    assert.equal(clock.pending, 0);
  });

  it("looks again when the kernel tells of a change that is none of the pods', once for a burst", async () => {
    cluster.informer(nodes).put(own);
    cluster.informer(nodes).put(other);
    await start();
    await later(100);
    commands.length = 0;
    monitors[0]?.output.write('5: veth12@if2: <UP>\n6: cni0 inet 10.244.0.1/24\n');
    await settle();
    assert.equal(clock.pending, 0);
    monitors[0]?.output.write('2: eth0    inet 172.30.0.2/16\n2: eth0: <UP>\n');
    await settle();
    await later(100);
    assert.deepEqual(commands, [routed]);
  });

  it('starts the watch of the kernel again when it ends, and looks at what it has missed', async () => {
    cluster.informer(nodes).put(own);
    cluster.informer(nodes).put(other);
    await start();
    await later(100);
    commands.length = 0;
    monitors[0]?.ended.resolve(1);
    await settle();
    await later(1_000);
    assert.equal(monitors.length, 2);
    await later(100);
    assert.deepEqual(commands, [routed]);
  });

  it('tries again after a failure', async () => {
    cluster.informer(nodes).put(own);
    cluster.informer(nodes).put(other);
    failing = true;
    await start();
    await later(100);
    failing = false;
    commands.length = 0;
    await later(5_000);
    assert.deepEqual(commands, [routed]);
  });
});
