import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemProcesses } from '../../src/host/processes.ts';
import type { Machine } from '../../src/cluster/machines/contract.ts';
import {
  createDockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
  type DockerCluster,
} from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor } from '../harness/kubectl.ts';

/** What of a pod's first container and of its sandbox the node's kernel and containerd know. */
interface Insides {
  readonly container: string;
  readonly pid: string;
  readonly sandbox: string;
  readonly sandboxPid: string;
  readonly shim: string;
}

/** Where crun of containerd keeps what it knows of a container. */
const stateOf = (id: string): string => `/run/containerd/runc/k8s.io/${id}`;

/**
 * containerd, crun and shims that fail as they do on busy machines: a pod neither stays as it was nor hangs in its
 * deletion.
 */
describe('a container runtime that fails', () => {
  let cluster: DockerCluster;
  let machine: Machine;
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (object: object) => Promise<unknown>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('faults', 1);
    [machine] = (await cluster.clusters.get(cluster.name)).machines as [Machine];
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout;
    apply = (object) => run(['apply', '-f', '-'], { input: JSON.stringify(object) });
    await loadSampleImage(cluster);
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const onNode = async (script: string): Promise<string> =>
    (await systemProcesses.run('docker', ['exec', machine.id, 'sh', '-c', script])).stdout.trim();
  const pidOf = (task: string): Promise<string> =>
    onNode(`ctr -n k8s.io task ls | grep ^${task} | tr -s ' ' | cut -d' ' -f2`);
  const start = async (name: string): Promise<Insides> => {
    const command = ['sh', '-c', 'trap "exit 0" TERM; while [ ! -f /tmp/end ]; do sleep 0.2; done; exit 3'];
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: 'app', image: SAMPLE_IMAGE, command },
          { name: 'beside', image: SAMPLE_IMAGE, command },
        ],
      },
    });
    await kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s');
    const path = 'jsonpath={.status.containerStatuses[?(@.name=="app")].containerID}';
    const container = (await kubectl('get', 'pod', name, '-o', path)).replace('containerd://', '');
    const pid = await pidOf(container);
    const shim = await onNode(`cut -d' ' -f4 /proc/${pid}/stat`);
    const sandbox = await onNode(
      `tr '\\0' ' ' < /proc/${shim}/cmdline | sed 's/.*-id \\([0-9a-f]*\\).*/\\1/'`,
    );
    return { container, pid, sandbox, sandboxPid: await pidOf(sandbox), shim };
  };
  const restartsOf = async (name: string, container: string): Promise<number> =>
    Number(
      await kubectl(
        'get',
        'pod',
        name,
        '-o',
        `jsonpath={.status.containerStatuses[?(@.name=="${container}")].restartCount}`,
      ),
    );
  const restarted = async (name: string): Promise<void> => {
    for (let attempt = 0; attempt < 60; attempt++) {
      if ((await restartsOf(name, 'app')) > 0) return;
      await sleep(500);
    }
    assert.fail(`not restarted: ${await kubectl('get', 'pod', name, '-o', 'yaml')}`);
  };
  const removed = (name: string, seconds: number): Promise<unknown> =>
    kubectl('delete', 'pod', name, `--timeout=${seconds}s`);
  const exits = (name: string): Promise<unknown> =>
    kubectl('exec', name, '-c', 'app', '--', 'touch', '/tmp/end');
  const endAgent = (): Promise<string> =>
    onNode(
      'for d in /proc/[0-9]*; do tr "\\0" " " < $d/cmdline 2> /dev/null | grep -q "^node .*bootstrap.mjs" && kill -9 ${d#/proc/}; done; true',
    );

  it('the first end after a restart of the agent is seen, as are those while it is away', async function () {
    this.timeout(120_000);
    await Promise.all(['after', 'during'].map(start));
    await exits('during');
    await endAgent();
    await restarted('during');
    await exits('after');
    await restarted('after');
    await Promise.all(['after', 'during'].map((name) => removed(name, 30)));
  });

  it('an end while containerd is away is seen when it is back', async function () {
    this.timeout(120_000);
    const { pid } = await start('away');
    await onNode(`kill -9 $(cat /run/wheelhouse-containerd.pid); kill -9 ${pid}`);
    await restarted('away');
    await removed('away', 30);
  });

  it('a container that is half deleted is restarted, those beside it go on, and the pod can be deleted', async function () {
    this.timeout(120_000);
    const { container, pid } = await start('half');
    await onNode(`rm -rf ${stateOf(container)}; kill -9 ${pid}`);
    await restarted('half');
    assert.equal(await restartsOf('half', 'beside'), 0);
    const path = 'jsonpath={.status.containerStatuses[?(@.name=="app")].lastState.terminated.exitCode}';
    assert.equal(await kubectl('get', 'pod', 'half', '-o', path), '137');
    await removed('half', 60);
  });

  it('a container or sandbox that crun knows nothing of is ended all the same', async function () {
    this.timeout(120_000);
    const [container, sandbox] = await Promise.all(['lost-container', 'lost-sandbox'].map(start));
    await onNode(`rm -rf ${stateOf(container!.container)} ${stateOf(sandbox!.sandbox)}`);
    await Promise.all(['lost-container', 'lost-sandbox'].map((name) => removed(name, 60)));
    for (const pid of [container!.pid, sandbox!.sandboxPid]) {
      assert.equal(await onNode(`test -d /proc/${pid} && echo lives || echo gone`), 'gone');
    }
  });

  it('a sandbox that is half deleted is made again', async function () {
    this.timeout(120_000);
    const { sandbox, sandboxPid } = await start('half-sandbox');
    await onNode(`rm -rf ${stateOf(sandbox)}; kill -9 ${sandboxPid}`);
    await restarted('half-sandbox');
    await kubectl('wait', '--for=condition=Ready', 'pod/half-sandbox', '--timeout=30s');
    await removed('half-sandbox', 60);
  });

  it('a shim that dies takes its pod through a restart; one that hangs does not keep it from going', async function () {
    this.timeout(180_000);
    const [dead, hung] = await Promise.all(['dead-shim', 'hung-shim'].map(start));
    await onNode(`kill -9 ${dead!.shim}; kill -STOP ${hung!.shim}`);
    const going = removed('hung-shim', 90);
    await restarted('dead-shim');
    await removed('dead-shim', 60);
    await going;
    const listed = await onNode('ctr -n k8s.io task ls -q');
    assert.equal(listed, '');
  });

  it('a network that cannot be taken down does not keep a pod from going', async function () {
    this.timeout(120_000);
    await start('netless');
    await onNode('mv /usr/lib/cni/bridge /usr/lib/cni/bridge.away');
    try {
      await removed('netless', 60);
    } finally {
      await onNode('mv /usr/lib/cni/bridge.away /usr/lib/cni/bridge');
    }
  });
});
