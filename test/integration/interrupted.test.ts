import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOwner } from '../../src/cluster/owner.ts';
import { overallState } from '../../src/cluster/clusterState.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import {
  createDockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
  type DockerCluster,
} from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor } from '../harness/kubectl.ts';

const PODS = 6;
const never = new AbortController().signal;

/** Stays until it is told to end. */
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: PODS,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 2,
        containers: [
          {
            name: 'c',
            image: SAMPLE_IMAGE,
            command: ['sh', '-c', "trap 'exit 0' TERM; while :; do echo tick; sleep 0.5; done"],
            env: [{ name: 'ROUND', value: '' }],
          },
        ],
      },
    },
  },
};

/** What a process of a node begins with. */
const AGENT = 'node /usr/local/lib/wheelhouse/bootstrap.mjs';
const CONTAINERD = 'containerd --log-level';

/**
 * Agent, containerd and the owner of the control plane are killed in the middle of what a cluster does all day: it is
 * done all the same, and nothing is left.
 */
describe('a cluster whose parts are killed in the middle', () => {
  let cluster: DockerCluster;
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (object: object) => Promise<unknown>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('killed', 2);
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout.trim();
    apply = (object) => run(['apply', '-f', '-'], { input: JSON.stringify(object) });
    await loadSampleImage(cluster);
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const onNode = async (node: number, script: string): Promise<string> => {
    const machine = `wheelhouse-${cluster.name}-${node}`;
    return (await systemProcesses.run('docker', ['exec', machine, 'sh', '-c', script])).stdout.trim();
  };
  const kill = (beginning: string): Promise<string> =>
    onNode(
      1,
      `for p in /proc/[0-9]*; do case "$(tr '\\0' ' ' < $p/cmdline 2> /dev/null)" in "${beginning}"*) kill -9 \${p#/proc/};; esac; done; true`,
    );
  const killOwner = async (): Promise<void> => {
    const owner = await readOwner(cluster.paths);
    assert.ok(owner !== undefined);
    process.kill(owner.pid, 'SIGKILL');
    while (overallState(await cluster.clusters.get(cluster.name)) !== 'control plane down') await sleep(100);
    const controlPlane = await cluster.clusters.start(cluster.name, cluster.progress, never);
    assert.equal(controlPlane.owned, true);
  };
  const settled = async (count: number): Promise<void> => {
    for (let attempt = 0; attempt < 120; attempt++) {
      const ready = '{range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {end}';
      const pods = (await kubectl('get', 'pods', '-l', 'app=web', '-o', `jsonpath=${ready}`)).split(' ');
      const known = pods.filter((status) => status !== '');
      if (known.length === count && known.every((status) => status === 'True')) return;
      await sleep(500);
    }
    assert.fail(await kubectl('get', 'pods', '-o', 'wide'));
  };
  const nothingLeft = async (): Promise<void> => {
    for (const node of [1, 2]) {
      // The end of a pod in the API comes before the last of it on the node.
      for (let attempt = 0; ; attempt++) {
        const left = await onNode(
          node,
          'ctr -n k8s.io containers ls -q; ctr -n k8s.io tasks ls -q; ls /var/lib/kubelet/pods; cat /proc/[0-9]*/comm 2> /dev/null | grep containerd-shim; true',
        );
        if (left === '') break;
        assert.ok(attempt < 40, left);
        await sleep(500);
      }
    }
  };

  const faults: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['the agent', () => kill(AGENT)],
    ['containerd', () => kill(CONTAINERD)],
    ['both', () => kill(CONTAINERD).then(() => kill(AGENT))],
    ['the owner', killOwner],
  ];
  for (const [what, fault] of faults) {
    it(`${what} in the middle of a creation, a rollout and a deletion`, async function () {
      this.timeout(240_000);
      await apply(DEPLOYMENT);
      await sleep(700);
      await fault();
      await settled(PODS);

      await kubectl('set', 'env', 'deployment/web', `ROUND=${what.replaceAll(' ', '-')}`);
      await sleep(700);
      await fault();
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
      await settled(PODS);
      const pod = await kubectl(
        ...['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}'],
        `--field-selector=spec.nodeName=${cluster.name}-1`,
      );
      await fault();
      assert.equal(await kubectl('exec', pod, '--', 'echo', 'is there'), 'is there');
      assert.equal(await kubectl('logs', pod, '--tail=1'), 'tick');

      await kubectl('delete', 'deployment', 'web', '--wait=false');
      await sleep(500);
      await fault();
      await settled(0);
      await nothingLeft();
    });
  }
});
