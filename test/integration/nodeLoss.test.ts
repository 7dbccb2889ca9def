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

const container = {
  name: 'web',
  image: SAMPLE_IMAGE,
  command: ['sh', '-c'],
  args: ['echo "$POD_NAME" > /tmp/index.html; trap "exit 0" TERM; httpd -f -p 8080 -h /tmp & wait'],
  env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
};

/** Its pods leave a lost node after two seconds, not after the five minutes that are the default. */
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sample' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'sample' } },
    template: {
      metadata: { labels: { app: 'sample' } },
      spec: {
        tolerations: ['unreachable', 'not-ready'].map((reason) => ({
          key: `node.kubernetes.io/${reason}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 2,
        })),
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: 'sample' } },
          },
        ],
        containers: [container],
      },
    },
  },
};

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'sample' },
  spec: { selector: { app: 'sample' }, ports: [{ port: 8080, targetPort: 'http' }] },
};

/** A pod that belongs to one node whatever happens to it. */
const faithful = (nodeName: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'faithful' },
  spec: { nodeName, tolerations: [{ operator: 'Exists' }], containers: [container] },
});

interface PodView {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
}

describe('nodes that fail', () => {
  let cluster: DockerCluster;
  let machines: readonly Machine[];
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (...objects: readonly object[]) => Promise<string>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('loss', 2);
    ({ machines } = await cluster.clusters.get(cluster.name));
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout;
    apply = async (...objects) =>
      (
        await run(['apply', '-f', '-'], {
          input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
        })
      ).stdout;
    await loadSampleImage(cluster);
    await apply(DEPLOYMENT, SERVICE, faithful(lost().name));
    await rolledOut();
    await kubectl('wait', '--for=condition=Ready', 'pod/faithful', '--timeout=60s');
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const lost = (): Machine => machines[1]!;
  const survivor = (): Machine => machines[0]!;
  const rolledOut = (): Promise<string> => kubectl('rollout', 'status', 'deployment/sample', '--timeout=90s');
  const samplePods = async (): Promise<readonly PodView[]> => {
    const { items } = JSON.parse(await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'json')) as {
      items: PodView[];
    };
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  const on = async (machine: Machine): Promise<readonly string[]> =>
    (await samplePods())
      .filter(({ spec }) => spec.nodeName === machine.name)
      .map(({ metadata }) => metadata.name);
  /** Who answers on the service's name when a pod asks twenty times; any failure fails. */
  const answersTo = async (pod: string): Promise<ReadonlySet<string>> => {
    const ask = 'for i in $(seq 20); do wget -q -T 3 -O - http://sample:8080/ || exit 1; done';
    return new Set((await kubectl('exec', pod, '--', 'sh', '-c', ask)).trim().split('\n'));
  };
  const restartsOf = (pod: string): Promise<string> =>
    kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}');
  const taintsOf = (machine: Machine): Promise<string> =>
    kubectl('get', 'node', machine.name, '-o', 'jsonpath={.spec.taints[*].key}:{.spec.taints[*].effect}');

  it('a killed node is found Unknown, its pods return elsewhere after their time, services go on', async function () {
    this.timeout(180_000);
    assert.ok((await on(lost())).length > 0);
    await systemProcesses.run('docker', ['kill', lost().id]);
    await kubectl('wait', '--for=condition=Ready=Unknown', `node/${lost().name}`, '--timeout=90s');
    const evicting = 'jsonpath={.spec.taints[?(@.effect=="NoExecute")].key}=node.kubernetes.io/unreachable';
    await kubectl('wait', `--for=${evicting}`, `node/${lost().name}`, '--timeout=30s');
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=4', 'deployment/sample', '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready=False', 'pod/faithful', '--timeout=30s');
    assert.deepEqual(await on(lost()), []);
    const alive = await on(survivor());
    assert.equal(alive.length, 4);
    const answers = await answersTo(alive[0]!);
    assert.deepEqual(
      [...answers].filter((name) => !alive.includes(name)),
      [],
    );
  });

  it('the node comes back, its old pods are cleaned up, those that belong to it run again', async function () {
    this.timeout(120_000);
    const provider = await cluster.clusters.provider(cluster.name);
    await provider.start(lost(), cluster.progress, new AbortController().signal);
    await kubectl('wait', '--for=condition=Ready', `node/${lost().name}`, '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready', 'pod/faithful', '--timeout=60s');
    assert.equal(await restartsOf('faithful'), '1');
    assert.match(await kubectl('exec', 'faithful', '--', 'cat', '/tmp/index.html'), /faithful/);
    await kubectl(
      'wait',
      '--for=jsonpath={.status.terminatingReplicas}=0',
      'deployment/sample',
      '--timeout=60s',
    );
    const all = await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'name');
    assert.equal(all.trim().split('\n').length, 4, all);
    assert.equal(await taintsOf(lost()), ':');
    await kubectl('scale', 'deployment/sample', '--replicas=8');
    await rolledOut();
    const returned = await on(lost());
    assert.ok(returned.length > 0, 'no new pod is on the node that came back');
    for (const pod of [returned[0]!, 'faithful', (await on(survivor()))[0]!]) {
      const answers = await answersTo(pod);
      assert.ok(
        returned.some((name) => answers.has(name)),
        `no answer from ${lost().name} to ${pod}`,
      );
    }
    const { stdout } = await systemProcesses.run('docker', [
      ...['exec', lost().id, 'ctr', '-n', 'k8s.io', 'tasks', 'ls', '-q'],
    ]);
    // A sandbox and a container for each.
    assert.equal(stdout.trim().split('\n').length, 2 * (returned.length + 1));
  });

  it('a stopped cluster that is started has its nodes really ready and its pods back', async function () {
    this.timeout(180_000);
    const before = await samplePods();
    const never = new AbortController().signal;
    await cluster.clusters.stop(cluster.name, never);
    const stopped = Date.now();
    const said: string[] = [];
    // What is asked as soon as the API answers: nothing of before the stop is taken for true.
    let asked: Promise<string> | undefined;
    const askAtOnce = async (): Promise<string> => {
      assert.doesNotMatch(await kubectl('get', 'nodes', '--no-headers'), /\bReady\b/);
      await kubectl('wait', '--for=condition=Ready', 'pod/faithful', '--timeout=60s');
      return kubectl('exec', 'faithful', '--', 'echo', 'is there');
    };
    await cluster.clusters.start(
      cluster.name,
      {
        report({ machine, message }) {
          if (message === 'Ready') said.push(machine);
        },
      },
      never,
      () => {
        asked = askAtOnce();
      },
    );
    assert.equal((await asked)?.trim(), 'is there');
    assert.deepEqual(said.sort(), machines.map(({ name }) => name).sort());
    for (const { name } of machines) {
      const heard = 'jsonpath={.status.conditions[?(@.type=="Ready")].lastHeartbeatTime}';
      assert.ok(
        Date.parse(await kubectl('get', 'node', name, '-o', heard)) >= Math.floor(stopped / 1000) * 1000,
      );
      assert.match(await kubectl('get', '--raw', `/api/v1/nodes/${name}/proxy/healthz`), /ok/);
    }
    await Promise.all(
      ['faithful', ...before.map(({ metadata }) => metadata.name)].map((pod) =>
        kubectl(
          'wait',
          '--for=jsonpath={.status.containerStatuses[0].lastState.terminated.finishedAt}',
          `pod/${pod}`,
          '--timeout=60s',
        ),
      ),
    );
    await rolledOut();
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    assert.deepEqual(
      (await samplePods()).map(({ metadata }) => metadata.name).sort(),
      before.map(({ metadata }) => metadata.name).sort(),
    );
    assert.equal(await restartsOf('faithful'), '2');
    for (const machine of machines) {
      const [pod] = await on(machine);
      assert.ok((await answersTo(pod!)).size > 2);
    }
  });
});
