import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clusters } from '../../src/cluster/clusters.ts';
import type { Machine, Progress } from '../../src/cluster/machines/contract.ts';
import { ProcessError, systemProcesses } from '../../src/host/processes.ts';
import { openClusters } from '../harness/dockerCluster.ts';
import { bareVagrantUp } from './bareVagrant.ts';
import { figure, seconds, timed } from './figures.ts';

const NAME = `vm-${process.pid}`;
const MEMORY = 1024 * 1024 * 1024;
const root = path.resolve(import.meta.dirname, '../..');
const never = new AbortController().signal;

interface PodView {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
}

/** One cluster of real virtual machines (Vagrant, libvirt) through its whole life, in order. */
describe('a cluster of virtual machines', () => {
  let home: string;
  let clusters: Clusters;
  let bareUp: number;
  let kubectl: (...args: string[]) => Promise<string>;

  const reports: { readonly machine: string; readonly message: string; readonly at: number }[] = [];
  const progress: Progress = {
    report: ({ machine, message }) => void reports.push({ machine, message, at: performance.now() }),
  };
  const machines = async (): Promise<readonly Machine[]> => (await clusters.get(NAME)).machines;
  const node = (number: number): string => `${NAME}-${number}`;
  const domain = (name: string): string => `wheelhouse-${NAME}_${name}`;
  const virsh = (...args: string[]): Promise<{ stdout: string }> =>
    systemProcesses.run('virsh', ['-q', '-c', 'qemu:///system', ...args]);
  const ready = (name: string): Promise<string> =>
    kubectl('wait', '--for=condition=Ready', `node/${name}`, '--timeout=300s');
  const rolledOut = (): Promise<string> =>
    kubectl('rollout', 'status', 'deployment/sample', '--timeout=300s');
  const samplePods = async (): Promise<readonly PodView[]> =>
    (JSON.parse(await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'json')) as { items: PodView[] })
      .items;
  /** Who answers on the service's name when a pod of each node asks; any failure fails. */
  const answers = async (): Promise<ReadonlySet<string>> => {
    const said = new Set<string>();
    const perNode = new Map((await samplePods()).map((pod) => [pod.spec.nodeName, pod.metadata.name]));
    // Not wget's own time-out: with it, Debian's busybox crashes on an emulated processor.
    const ask = 'for i in $(seq 12); do timeout 10 wget -q -O - http://sample:8080/ || exit 1; done';
    for (const pod of perNode.values()) {
      for (const line of (await kubectl('exec', pod, '--', 'sh', '-c', ask)).trim().split('\n'))
        said.add(line);
    }
    return said;
  };
  /** The sample answers from pods of every node, each time with pods of every node. */
  const assertSampleAnswers = async (): Promise<void> => {
    await rolledOut();
    const said = [...(await answers())];
    for (const { name } of await machines()) {
      assert.ok(
        said.some((line) => line.startsWith('Hello from Wheelhouse:') && line.endsWith(`on ${name}`)),
        `nobody on ${name} answered: ${said.join('; ')}`,
      );
    }
  };

  const ask = async (url: string): Promise<string> =>
    (await fetch(url, { signal: AbortSignal.timeout(30_000) })).text();
  const vagrantFolder = (): string => path.join(clusters.paths(NAME).folder, 'vagrant');
  /** What processes of a machine hold, in MB: proportional shares, summed. `pgrep` finds them. */
  const memoryOf = async (machine: Machine, pgrep: string): Promise<number> => {
    const script = `for p in $(${pgrep}); do sudo cat /proc/$p/smaps_rollup; done | awk '/^Pss:/{s+=$2} END{print s}'`;
    const { stdout } = await systemProcesses.run('ssh', [
      ...['-i', path.join(vagrantFolder(), 'ssh/id'), '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
      `vagrant@${machine.address}`,
      script,
    ]);
    return Math.round(Number(stdout) / 1024);
  };

  before(async function () {
    this.timeout(900_000);
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-'));
    clusters = openClusters(home);
    kubectl = async (...args) =>
      (await systemProcesses.run('kubectl', args, { env: { KUBECONFIG: clusters.paths(NAME).kubeconfig } }))
        .stdout;
    bareUp = await bareVagrantUp(home);
    figure('bare `vagrant up` of two machines of the box', seconds(bareUp));
  });

  after(async function () {
    this.timeout(300_000);
    if ((await clusters.names()).includes(NAME)) await clusters.delete(NAME, never);
    await rm(home, { recursive: true, force: true });
  });

  it('comes up: agents arrive over the WebSocket, all nodes are Ready', async () => {
    const began = performance.now();
    await clusters.create(
      {
        name: NAME,
        machines: 'vagrant',
        nodes: [
          { name: node(1), cpus: 1, memoryBytes: MEMORY, labels: { 'topology.kubernetes.io/zone': 'a' } },
          { name: node(2), cpus: 1, memoryBytes: MEMORY, labels: { 'topology.kubernetes.io/zone': 'b' } },
        ],
        settings: { provider: 'libvirt' },
        retain: true,
      },
      progress,
      never,
    );
    const readyAt = [1, 2].map(
      (number) =>
        reports.find(({ machine, message }) => machine === node(number) && message === 'Ready')!.at - began,
    );
    const [first = 0, all = 0] = readyAt.sort((a, b) => a - b);
    figure('create: first node Ready', seconds(first), `${seconds(first - bareUp)} on top of bare Vagrant`);
    figure(
      'create: all nodes Ready',
      seconds(all),
      `${seconds(all - bareUp)} on top of bare Vagrant (aim: < 5 s)`,
    );
    const stages = new Set(reports.filter(({ machine }) => machine === node(1)).map((r) => r.message));
    assert.ok(stages.size >= 4, `progress of a node: ${[...stages].join('; ')}`);
  });

  it('tells the truth about its machines: capacity, zone, the address on the nodes’ own network', async () => {
    const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as {
      items: {
        metadata: { name: string; labels: Record<string, string> };
        status: { capacity: Record<string, string>; addresses: { type: string; address: string }[] };
      }[];
    };
    assert.equal(items.length, 2);
    for (const [index, { metadata, status }] of items.entries()) {
      assert.equal(status.capacity['cpu'], '1');
      const memory = Number(/^(\d+)Ki$/.exec(status.capacity['memory'] ?? '')?.[1]) * 1024;
      assert.ok(memory > 0.8 * MEMORY && memory <= MEMORY, `memory ${status.capacity['memory']}`);
      assert.equal(metadata.labels['topology.kubernetes.io/zone'], index === 0 ? 'a' : 'b');
      const machine = (await machines()).find(({ name }) => name === metadata.name);
      assert.deepEqual(
        status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
        [machine?.address],
      );
    }
  });

  it('runs the sample spread over the machines; it answers through its Service across them', async () => {
    const tar = path.join(home, 'sample.tar');
    await systemProcesses.run('sh', [path.join(root, 'test/harness/sampleTar.sh'), tar]);
    await clusters.loadImage(NAME, () => createReadStream(tar), progress, never);
    // A probe of one second is too short where the processor is emulated and a client keeps it busy.
    const sample = await readFile(path.join(root, 'resources/sample/sample.yaml'), 'utf8');
    const patient = path.join(home, 'sample.yaml');
    await writeFile(
      patient,
      sample.replace('periodSeconds: 2', 'periodSeconds: 5\n            timeoutSeconds: 30'),
    );
    await kubectl('apply', '-f', patient);
    await assertSampleAnswers();
    assert.equal(new Set((await samplePods()).map(({ spec }) => spec.nodeName)).size, 2);
  });

  it('answers on the desktop: LoadBalancer on localhost, NodePort on each machine', async () => {
    await kubectl(
      'wait',
      'service/sample',
      '--for=jsonpath={.status.loadBalancer.ingress[0].hostname}=localhost',
      '--timeout=60s',
    );
    const port = await kubectl(
      'get',
      'service/sample',
      '-o',
      'jsonpath={.status.loadBalancer.ingress[0].ports[0].port}',
    );
    assert.match(await ask(`http://127.0.0.1:${port}/`), /^Hello from Wheelhouse/);
    const nodePort = await kubectl('get', 'service/sample', '-o', 'jsonpath={.spec.ports[0].nodePort}');
    for (const { address } of await machines()) {
      assert.match(await ask(`http://${address}:${nodePort}/`), /^Hello from Wheelhouse/);
    }
  });

  it('gives logs and exec through kubectl', async () => {
    const [pod] = await samplePods();
    assert.match(await kubectl('logs', pod!.metadata.name), /:8080|GET|response/);
    await assert.rejects(
      kubectl('exec', pod!.metadata.name, '--', 'sh', '-c', 'exit 3'),
      (error) => error instanceof ProcessError && error.code === 3,
    );
  });

  it('costs little at rest', async () => {
    for (const machine of await machines()) {
      const used = await memoryOf(machine, 'pgrep -x node; pgrep -x containerd');
      const pods = await memoryOf(machine, 'pgrep containerd-shim');
      const what = `memory of agent and runtime in ${machine.name.replace(NAME, 'VM')}`;
      figure(what, `${used} MB`, `aim: < 150 MB; shims of its pods: ${pods} MB more`);
    }
  });

  it('a machine that is killed hard rejoins', async () => {
    await virsh('destroy', domain(node(2)));
    assert.equal((await machines()).find(({ name }) => name === node(2))?.state, 'stopped');
    const { ms } = await timed(() => clusters.start(NAME, progress, never));
    figure('a killed machine: start to Ready', seconds(ms));
    await ready(node(2));
    await assertSampleAnswers();
  });

  it('suspends and resumes as it was', async () => {
    const before = (await samplePods()).map(({ metadata }) => metadata.name).sort();
    const suspend = await timed(() => clusters.suspend(NAME, progress, never));
    assert.deepEqual(new Set((await machines()).map(({ state }) => state)), new Set(['paused']));
    const resume = await timed(() => clusters.start(NAME, progress, never));
    figure('suspend / resume to Ready', seconds(suspend.ms), seconds(resume.ms));
    assert.deepEqual((await samplePods()).map(({ metadata }) => metadata.name).sort(), before);
    await assertSampleAnswers();
  });

  it('returns to a snapshot: machines and objects as they were', async () => {
    const save = await timed(() => clusters.saveSnapshot(NAME, 'before', progress, never));
    await kubectl('delete', 'deployment', 'sample', '--wait=true');
    await kubectl('create', 'configmap', 'later', '--from-literal=a=b');
    assert.deepEqual(
      (await clusters.snapshots(NAME)).map(({ name }) => name),
      ['before'],
    );
    const restore = await timed(() => clusters.restoreSnapshot(NAME, 'before', progress, never));
    figure('snapshot / restore to Ready', seconds(save.ms), seconds(restore.ms));
    await assertSampleAnswers();
    await assert.rejects(kubectl('get', 'configmap', 'later'), /NotFound/);
    await clusters.deleteSnapshot(NAME, 'before', never);
    assert.deepEqual(await clusters.snapshots(NAME), []);
  });

  it('stops and starts, one machine at another address', async () => {
    await clusters.stop(NAME, never);
    assert.deepEqual(new Set((await machines()).map(({ state }) => state)), new Set(['stopped']));
    const file = path.join(vagrantFolder(), 'cluster.yaml');
    const old = (await machines()).find(({ name }) => name === node(2))?.address;
    assert.ok(old !== undefined);
    const moved = old.replace(/\d+$/, '77');
    await writeFile(file, (await readFile(file, 'utf8')).replace(old, moved));
    const { ms } = await timed(() => clusters.start(NAME, progress, never));
    figure('start of stopped machines to all Ready', seconds(ms));
    const address = await kubectl(
      'get',
      'node',
      node(2),
      '-o',
      'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}',
    );
    assert.equal(address, moved);
    await assertSampleAnswers();
  });

  it('grows a node: drained, resized, back with its new capacity', async () => {
    const { ms } = await timed(() =>
      clusters.resizeNode(NAME, node(2), { cpus: 2, memoryBytes: 1.25 * MEMORY }, progress, never),
    );
    figure('resize of a node to Ready', seconds(ms));
    assert.equal(await kubectl('get', 'node', node(2), '-o', 'jsonpath={.status.capacity.cpu}'), '2');
    await rolledOut();
  });

  it('takes a node more from the prepared box, and gives it back', async () => {
    const { result, ms } = await timed(() =>
      clusters.addNode(NAME, progress, never, { cpus: 1, memoryBytes: MEMORY }),
    );
    figure('one more node from the prepared box to Ready', seconds(ms));
    assert.equal(result, node(3));
    await clusters.removeNode(NAME, result, progress, never);
    assert.deepEqual((await machines()).map(({ name }) => name).sort(), [node(1), node(2)]);
    await assert.rejects(kubectl('get', 'node', result), /NotFound/);
  });

  it('is deleted and leaves nothing', async () => {
    const { ms } = await timed(() => clusters.delete(NAME, never));
    figure('delete', seconds(ms));
    const domains = (await virsh('list', '--all', '--name')).stdout;
    assert.ok(!domains.includes(NAME), domains);
    const networks = (await virsh('net-list', '--all', '--name')).stdout;
    assert.ok(!networks.includes(NAME), networks);
    const index = await systemProcesses.run('vagrant', ['global-status'], { cwd: home });
    assert.ok(!index.stdout.includes(NAME), index.stdout);
    assert.deepEqual(await clusters.names(), []);
  });
});
