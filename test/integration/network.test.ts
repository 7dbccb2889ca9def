import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createNodeNetwork, type NodeNetwork } from '../../src/agent/network/index.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import { endpointSlices, nodes, services } from '../../src/api/resources.ts';
import type { Service } from '../../src/api/types.ts';
import { makeNode, makePod, MemoryCluster } from '../harness/memoryCluster.ts';
import { NetLab } from '../harness/netLab.ts';
import { type EndpointDescription, makeService, makeSlice } from '../harness/serviceObjects.ts';

const CLUSTER = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};
const POD = (number: number): string => `10.244.0.${10 + number}`;
const NODE = '172.31.0.1';
const here = (number: number): EndpointDescription => ({ ip: POD(number), node: 'node' });

describe('node network, real rules and real traffic', function () {
  this.timeout(60_000);
  const lab = new NetLab('whnet');
  const cluster = new MemoryCluster();
  const stop = new AbortController();
  const switches = new Map<string, string>();
  const files = new Map<string, string>();
  let network: NodeNetwork;
  let running: Promise<void>;

  before(async () => {
    await lab.start(['pod1', 'pod2', 'pod3']);
    for (const number of [1, 2]) {
      await lab.serve(`pod${number}`, 'tcp', 8080);
      await lab.serve(`pod${number}`, 'udp', 5353);
    }
    // A foreign table with the names of Docker's: it must be there at the end as it was.
    await lab.node.run('nft', ['add', 'table', 'ip', 'nat']);
    await lab.node.run('nft', ['add', 'chain', 'ip', 'nat', 'DOCKER_OUTPUT']);
    cluster.informer(nodes).put(makeNode('node', { spec: { podCIDR: '10.244.0.0/24' } }));
    network = createNodeNetwork({
      nodeName: 'node',
      informers: cluster.informers,
      cluster: CLUSTER,
      run: lab.node,
      clock: systemClock,
      logger: silentLogger,
      files: {
        readText: (file) => Promise.resolve(files.get(file)),
        writeWhole: (file, content) => Promise.resolve(void files.set(file, content)),
        async writeSwitch(file, content) {
          switches.set(file, content);
          await lab.node.run('sh', ['-c', `echo ${content} > ${file}`]);
        },
      },
    });
    running = network.run(stop.signal);
    await network.settled();
  });

  after(async () => {
    stop.abort();
    await running;
    await lab.stop();
  });

  /** Puts a service with its endpoints and waits until the rules are in the kernel. */
  async function serve(service: Service, ...endpoints: EndpointDescription[]): Promise<void> {
    cluster.informer(services).put(service);
    const ports = (service.spec.ports ?? []).map(({ name, protocol }) => ({
      ...(name === undefined ? {} : { name }),
      ...(protocol === undefined ? {} : { protocol }),
      port: protocol === 'UDP' ? 5353 : 8080,
    }));
    cluster.informer(endpointSlices).put(makeSlice(service.metadata.name, endpoints, { ports }));
    await applied();
  }
  async function applied(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await network.settled();
  }
  async function withdraw(name: string): Promise<void> {
    cluster.informer(endpointSlices).remove('default', `${name}-1`);
    cluster.informer(services).remove('default', name);
    await applied();
  }
  const table = async (): Promise<string> =>
    (await lab.node.run('nft', ['list', 'table', 'ip', 'wheelhouse'])).stdout;

  it("configures CNI, forwarding and bridged packets for the node's range", () => {
    const config = JSON.parse(files.get('/etc/cni/net.d/10-wheelhouse.conflist') ?? '{}') as {
      plugins: { ipam: { ranges: unknown } }[];
    };
    assert.deepEqual(config.plugins[0]?.ipam.ranges, [[{ subnet: '10.244.0.0/24' }]]);
    assert.equal(switches.get('/proc/sys/net/ipv4/ip_forward'), '1');
  });

  it('leads a pod, the node and an outsider to the pods of a service, over a cluster address and a node port', async () => {
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }];
    await serve(makeService('web', '10.96.1.1', { type: 'NodePort', ports }), here(1), here(2));
    assert.match(await lab.ask('pod3', 'tcp', '10.96.1.1', 80), /^pod[12] 10\.244\.0\.13$/);
    assert.match(await lab.ask('node', 'tcp', '10.96.1.1', 80), /^pod[12] /);
    assert.match(await lab.ask('client', 'tcp', '10.96.1.1', 80), /^pod[12] 10\.244\.0\.1$/);
    assert.match(await lab.ask('client', 'tcp', NODE, 30080), /^pod[12] 10\.244\.0\.1$/);
    assert.match(await lab.ask('node', 'tcp', NODE, 30080), /^pod[12] /);
    assert.match(await lab.ask('pod3', 'tcp', NODE, 30080), /^pod[12] /);
  });

  it('balances over all targets', async () => {
    const answers = new Set<string>();
    for (let i = 0; i < 30 && answers.size < 2; i++) {
      answers.add((await lab.ask('pod3', 'tcp', '10.96.1.1', 80)).slice(0, 4));
    }
    assert.deepEqual([...answers].sort(), ['pod1', 'pod2']);
  });

  it('lets a pod reach itself through its service', async () => {
    await serve(makeService('self', '10.96.1.2'), here(1));
    assert.equal(await lab.ask('pod1', 'tcp', '10.96.1.2', 80), 'pod1 10.244.0.1');
  });

  it('refuses a service without endpoints, and ports that no service has', async () => {
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30081 }];
    await serve(makeService('empty', '10.96.1.3', { type: 'NodePort', ports }));
    assert.equal(await lab.ask('pod3', 'tcp', '10.96.1.3', 80), 'ECONNREFUSED');
    assert.equal(await lab.ask('node', 'tcp', '10.96.1.3', 80), 'ECONNREFUSED');
    assert.equal(await lab.ask('client', 'tcp', NODE, 30081), 'ECONNREFUSED');
    assert.equal(await lab.ask('pod3', 'tcp', '10.96.1.1', 81), 'ECONNREFUSED');
    await serve(makeService('empty', '10.96.1.3', { type: 'NodePort', ports }), here(1));
    assert.match(await lab.ask('client', 'tcp', NODE, 30081), /^pod1/);
  });

  it('keeps a client with its target where there is affinity, also while other targets change', async () => {
    const sticky = makeService('sticky', '10.96.1.4', { sessionAffinity: 'ClientIP' });
    await serve(sticky, here(1), here(2));
    const first = await lab.ask('pod3', 'tcp', '10.96.1.4', 80);
    for (let i = 0; i < 6; i++) assert.equal(await lab.ask('pod3', 'tcp', '10.96.1.4', 80), first);
    const other = first.startsWith('pod1') ? 2 : 1;
    const mine = other === 1 ? 2 : 1;
    await serve(sticky, here(mine));
    await serve(sticky, here(1), here(2), { ip: '10.244.9.9', node: 'elsewhere' });
    assert.equal(await lab.ask('pod3', 'tcp', '10.96.1.4', 80), first);
  });

  it('serves UDP, and moves a flow when its target goes', async () => {
    const ports = [{ name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053 }];
    const dns = makeService('dns', '10.96.1.5', { type: 'NodePort', ports });
    await serve(dns, here(1));
    assert.match(await lab.ask('pod3', 'udp', '10.96.1.5', 53, '40000'), /^pod1 10\.244\.0\.13$/);
    assert.match(await lab.ask('client', 'udp', NODE, 30053, '40001'), /^pod1/);
    await serve(dns, here(2));
    // The flows are ended right after the rules are in force, one after the other.
    const moved = async (ask: () => Promise<string>): Promise<void> => {
      for (let i = 0; ; i++) {
        const answer = await ask();
        if (answer.startsWith('pod2')) return;
        assert.ok(i < 20, `the flow still goes to ${answer}`);
      }
    };
    await moved(() => lab.ask('pod3', 'udp', '10.96.1.5', 53, '40000'));
    await moved(() => lab.ask('client', 'udp', NODE, 30053, '40001'));
  });

  it('takes SCTP services into the table', async () => {
    const ports = [{ name: 'sctp', port: 7, protocol: 'SCTP', nodePort: 30007 }];
    await serve(makeService('sctp', '10.96.1.10', { type: 'NodePort', ports }), here(1));
    assert.match(await table(), /10\.96\.1\.10 \. (sctp|132) \. 7 : goto svc-/);
  });

  it("keeps to the node where the policy is Local: outsiders' addresses stay real, without local targets dropped", async () => {
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30082 }];
    const spec = { type: 'NodePort', ports, externalTrafficPolicy: 'Local' };
    await serve(makeService('local', '10.96.1.6', spec), here(1), { ip: POD(2), node: 'elsewhere' });
    for (let i = 0; i < 6; i++) {
      assert.equal(await lab.ask('client', 'tcp', NODE, 30082), 'pod1 172.31.0.2');
    }
    await serve(makeService('local', '10.96.1.6', spec), { ip: POD(2), node: 'elsewhere' });
    assert.equal(await lab.ask('client', 'tcp', NODE, 30082), 'timeout');
    assert.match(await lab.ask('pod3', 'tcp', NODE, 30082), /^pod2/);
    const internal = makeService('inside', '10.96.1.7', { internalTrafficPolicy: 'Local' });
    await serve(internal, { ip: POD(2), node: 'elsewhere' });
    assert.equal(await lab.ask('pod3', 'tcp', '10.96.1.7', 80), 'timeout');
    await serve(internal, here(1), { ip: POD(2), node: 'elsewhere' });
    assert.match(await lab.ask('pod3', 'tcp', '10.96.1.7', 80), /^pod1/);
  });

  it('answers on external and load-balancer addresses, the latter for allowed sources only', async () => {
    const service = makeService(
      'public',
      '10.96.1.8',
      { type: 'LoadBalancer', externalIPs: ['203.0.113.1'], loadBalancerSourceRanges: ['192.0.2.0/24'] },
      { loadBalancer: { ingress: [{ ip: '203.0.113.2' }] } },
    );
    await serve(service, here(1));
    assert.match(await lab.ask('client', 'tcp', '203.0.113.1', 80), /^pod1/);
    assert.equal(await lab.ask('client', 'tcp', '203.0.113.2', 80), 'timeout');
    const overlapping = ['172.31.0.0/16', '172.31.0.0/24'];
    const open = { ...service, spec: { ...service.spec, loadBalancerSourceRanges: overlapping } };
    await serve(open, here(1));
    assert.match(await lab.ask('client', 'tcp', '203.0.113.2', 80), /^pod1/);
  });

  it('leads host ports to their pod: from outside, from the node, on one address only where it names one', async () => {
    const ports = [
      { containerPort: 8080, hostPort: 8888 },
      { containerPort: 8080, hostPort: 8889, hostIP: NODE },
      { containerPort: 5353, hostPort: 8888, protocol: 'UDP' },
    ];
    const spec = { nodeName: 'node', containers: [{ name: 'c', ports }] };
    const pod = makePod('ported', spec, {}, { phase: 'Running', podIP: POD(1) });
    cluster.pods.put(pod);
    await applied();
    assert.equal(await lab.ask('client', 'tcp', NODE, 8888), 'pod1 172.31.0.2');
    assert.match(await lab.ask('client', 'udp', NODE, 8888), /^pod1/);
    assert.match(await lab.ask('node', 'tcp', NODE, 8889), /^pod1/);
    assert.match(await lab.ask('pod3', 'tcp', NODE, 8888), /^pod1/);
    assert.equal(await lab.ask('pod3', 'tcp', '10.244.0.1', 8889), 'ECONNREFUSED');
    assert.match(await lab.ask('pod1', 'tcp', NODE, 8888), /^pod1/);
    cluster.pods.put({ ...pod, status: { ...pod.status, phase: 'Succeeded' } });
    await applied();
    assert.equal(await lab.ask('client', 'tcp', NODE, 8888), 'ECONNREFUSED');
  });

  it("gives pods the node's address outside the cluster only", async () => {
    const responders = [await lab.serve('client', 'tcp', 9000), await lab.serve('pod2', 'tcp', 9000)];
    assert.equal(await lab.ask('pod3', 'tcp', '172.31.0.2', 9000), 'client 172.31.0.1');
    assert.equal(await lab.ask('pod3', 'tcp', POD(2), 9000), 'pod2 10.244.0.13');
    for (const responder of responders) await responder.stop();
  });

  it('sets a route to every other node and again when the interface returns', async () => {
    const other = makeNode('other', {
      spec: { podCIDR: '10.244.7.0/24' },
      status: { addresses: [{ type: 'InternalIP', address: '172.31.0.2' }] },
    });
    const routes = async (): Promise<string> =>
      (await lab.node.run('ip', ['route', 'show', 'proto', '87'])).stdout;
    const until = async (pattern: RegExp): Promise<void> => {
      const deadline = Date.now() + 10_000;
      for (let text = await routes(); !pattern.test(text); text = await routes()) {
        assert.ok(Date.now() < deadline, `routes are: ${text}`);
      }
    };
    cluster.informer(nodes).put(other);
    await until(/^10\.244\.7\.0\/24 via 172\.31\.0\.2 dev eth0 *$/m);
    await lab.node.run('ip', ['link', 'set', 'eth0', 'down']);
    await until(/^$/);
    await lab.node.run('ip', ['link', 'set', 'eth0', 'up']);
    await until(/^10\.244\.7\.0\/24 via 172\.31\.0\.2 dev eth0 *$/m);
    cluster.informer(nodes).remove(undefined, 'other');
    await until(/^$/);
  });

  /** What a start from nothing would write for what is known now. */
  async function writtenAtOnce(): Promise<string> {
    const copy = new MemoryCluster();
    const again = createNodeNetwork({
      nodeName: 'node',
      informers: copy.informers,
      cluster: CLUSTER,
      run: lab.node,
      clock: systemClock,
      logger: silentLogger,
      files: {
        readText: (file) => Promise.resolve(files.get(file)),
        writeWhole: () => Promise.reject(new Error('the configuration has not changed')),
        writeSwitch: () => Promise.resolve(),
      },
    });
    const copyAll = <T extends KubeObject>(resource: Resource<T>): void => {
      for (const object of cluster.informer(resource).list()) copy.informer(resource).put(object);
    };
    copyAll(nodes);
    copyAll(services);
    copyAll(endpointSlices);
    const stopAgain = new AbortController();
    const runningAgain = again.run(stopAgain.signal);
    await again.settled();
    const whole = await table();
    stopAgain.abort();
    await runningAgain;
    return whole;
  }

  it('leaves in the kernel exactly what a start from nothing would write, after any sequence of changes', async () => {
    const endpoints = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const change = fc.record({
      name: fc.integer({ min: 0, max: 3 }),
      gone: fc.boolean(),
      endpoints,
      sticky: fc.boolean(),
      local: fc.boolean(),
      nodePort: fc.boolean(),
      shared: fc.boolean(),
    });
    const changes = fc.sample(change, { numRuns: 40, seed: 4711 });
    for (const { name: number, gone, sticky, local, nodePort, shared, endpoints: targets } of changes) {
      const name = `any-${number}`;
      if (gone) {
        await withdraw(name);
        continue;
      }
      const port = {
        name: 'http',
        port: 80,
        protocol: 'TCP',
        ...(nodePort ? { nodePort: 30100 + number } : {}),
      };
      const service = makeService(name, `10.96.2.${number}`, {
        type: nodePort ? 'NodePort' : 'ClusterIP',
        ports: [port],
        ...(sticky ? { sessionAffinity: 'ClientIP' } : {}),
        ...(local ? { externalTrafficPolicy: 'Local' } : {}),
        ...(shared ? { externalIPs: ['203.0.113.9'] } : {}),
      });
      await serve(service, ...targets.map((target) => (target % 2 === 0 ? here(target) : POD(target))));
    }
    // One more change takes the chains away that the last one emptied.
    await serve(makeService('last', '10.96.1.9'), here(1));
    await withdraw('last');
    await serve(makeService('last', '10.96.1.9'), here(2));
    const incremental = await table();
    assert.deepEqual(normalized(incremental), normalized(await writtenAtOnce()));
  });

  it('touches no table but its own', async () => {
    const { stdout } = await lab.node.run('nft', ['list', 'tables']);
    assert.deepEqual(stdout.trim().split('\n').sort(), ['table ip nat', 'table ip wheelhouse']);
    const nat = (await lab.node.run('nft', ['list', 'table', 'ip', 'nat'])).stdout;
    assert.match(nat, /chain DOCKER_OUTPUT/);
  });
});

/** Order of objects and of elements is the kernel's business; remembered clients are not rules. */
function normalized(listing: string): readonly string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  for (const line of listing.replace(/^table.*\{$/m, '').split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    block.push(text.includes('expires') ? 'elements' : text);
    if (text === '}' || text.endsWith('{ }')) {
      blocks.push(joinElements(block));
      block = [];
    }
  }
  return blocks.sort();
}

function joinElements(lines: readonly string[]): string {
  const text = lines.filter((line) => line !== 'elements').join(' ');
  return text.replace(/elements = \{(.*?)\} /, (_, elements: string) => {
    const sorted = elements
      .split(',')
      .map((element) => element.trim())
      .sort();
    return `elements = { ${sorted.join(', ')} } `;
  });
}
