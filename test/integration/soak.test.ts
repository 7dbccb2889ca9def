import assert from 'node:assert/strict';
import { systemProcesses } from '../../src/host/processes.ts';
import type { Machine } from '../../src/cluster/machines/contract.ts';
import {
  createDockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
  type DockerCluster,
} from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor } from '../harness/kubectl.ts';
import { seededRandom } from '../harness/seed.ts';

const STEPS = 60;
const NAMES = ['a', 'b', 'c', 'd'];
const MAX_REPLICAS = 4;
const random = seededRandom('what is done to the cluster');

const deployment = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'web',
            image: SAMPLE_IMAGE,
            command: ['httpd', '-f', '-p', '8080', '-h', '/tmp'],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
});

const service = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 8080 }] },
});

interface PodView {
  readonly metadata: { readonly name: string; readonly labels: { readonly app: string } };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

interface SliceView {
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready: boolean };
  }[];
}

describe('a cluster that is worked on at random', () => {
  let cluster: DockerCluster;
  let machines: readonly Machine[];
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (...objects: readonly object[]) => Promise<unknown>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('soak', 2);
    ({ machines } = await cluster.clusters.get(cluster.name));
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout;
    apply = (...objects) =>
      run(['apply', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
    await loadSampleImage(cluster);
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const tasksOn = async (machine: Machine): Promise<readonly string[]> => {
    const { stdout } = await systemProcesses.run('docker', [
      ...['exec', machine.id, 'ctr', '-n', 'k8s.io', 'tasks', 'ls', '-q'],
    ]);
    return stdout.split('\n').filter((id) => id !== '');
  };

  it('comes to what was asked for in the end: deployments, endpoints, containers on the nodes', async function () {
    this.timeout(400_000);
    const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.number() * items.length)];
    const replicas = (): number => 1 + Math.floor(random.number() * MAX_REPLICAS);
    const wanted = new Map<string, number>();
    const log: string[] = [];

    const operations: readonly (() => Promise<unknown> | undefined)[] = [
      () => {
        const name = pick(NAMES.filter((candidate) => !wanted.has(candidate)));
        if (name === undefined) return undefined;
        const count = replicas();
        wanted.set(name, count);
        log.push(`create ${name} ${count}`);
        return apply(deployment(name, count), service(name));
      },
      () => {
        const name = pick([...wanted.keys()]);
        if (name === undefined) return undefined;
        const count = replicas();
        wanted.set(name, count);
        log.push(`scale ${name} ${count}`);
        return kubectl('scale', `deployment/${name}`, `--replicas=${count}`);
      },
      () => {
        const name = pick([...wanted.keys()]);
        if (name === undefined) return undefined;
        log.push(`roll ${name}`);
        return kubectl('set', 'env', `deployment/${name}`, `STEP=${log.length}`);
      },
      () => {
        const name = wanted.size > 2 ? pick([...wanted.keys()]) : undefined;
        if (name === undefined) return undefined;
        wanted.delete(name);
        log.push(`delete ${name}`);
        return kubectl('delete', 'deployment', name, '--wait=false');
      },
      async () => {
        const pods = (await kubectl('get', 'pods', '-o', 'name')).split('\n').filter((name) => name !== '');
        const pod = pick(pods);
        if (pod === undefined) return;
        log.push(`delete ${pod}`);
        await kubectl('delete', pod, '--wait=false', '--ignore-not-found');
      },
      async () => {
        const machine = pick(machines)!;
        const task = pick(await tasksOn(machine));
        if (task === undefined) return;
        log.push(`kill ${task} on ${machine.name}`);
        const kill = ['ctr', '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', task];
        // It may have ended in the meantime.
        await systemProcesses.run('docker', ['exec', machine.id, ...kill]).catch(() => undefined);
      },
    ];

    try {
      while (log.length < STEPS) await pick(operations)?.();
      for (const name of NAMES) {
        if (wanted.has(name)) continue;
        await kubectl('wait', '--for=delete', 'pods', '-l', `app=${name}`, '--timeout=60s');
      }
      for (const [name, count] of wanted) {
        await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=90s');
        for (const field of [`availableReplicas}=${count}`, `replicas}=${count}`, 'terminatingReplicas}=0']) {
          await kubectl('wait', `--for=jsonpath={.status.${field}`, `deployment/${name}`, '--timeout=90s');
        }
      }
      const { items } = JSON.parse(await kubectl('get', 'pods', '-o', 'json')) as { items: PodView[] };
      for (const [name, count] of wanted) {
        const pods = items.filter(({ metadata }) => metadata.labels.app === name);
        assert.equal(pods.length, count, name);
        const { items: slices } = JSON.parse(
          await kubectl('get', 'endpointslices', '-l', `kubernetes.io/service-name=${name}`, '-o', 'json'),
        ) as { items: SliceView[] };
        const ready = slices
          .flatMap(({ endpoints }) => endpoints)
          .filter(({ conditions }) => conditions.ready)
          .flatMap(({ addresses }) => addresses);
        assert.deepEqual(ready.sort(), pods.map(({ status }) => status.podIP).sort());
      }
      assert.equal(
        items.length,
        [...wanted.values()].reduce((sum, count) => sum + count, 0),
      );
      for (const machine of machines) {
        const here = items.filter(({ spec }) => spec.nodeName === machine.name);
        // A sandbox and a container for each.
        assert.equal((await tasksOn(machine)).length, 2 * here.length, machine.name);
      }
    } catch (error) {
      const pods = await kubectl('get', 'pods', '-o', 'wide');
      throw new Error(`after\n${log.join('\n')}\n${pods}`, { cause: error });
    }
  });
});
