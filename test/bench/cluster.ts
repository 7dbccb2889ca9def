import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import { deployments, pods } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Client } from '../../src/client/contract.ts';
import { httpsClient } from '../../src/client/https.ts';
import { parseKubeconfig } from '../../src/client/kubeconfig.ts';
import { createDockerMachines } from '../../src/cluster/machines/docker/dockerMachines.ts';
import { readBuildFiles } from '../../src/cluster/machines/docker/nodeImage.ts';
import { imageMaking } from '../../src/desktop/imageMaking.ts';
import { loadSampleImageInto, openClusters, SAMPLE_IMAGE } from '../harness/dockerCluster.ts';
import { type Benchmark, median } from './benchmark.ts';

const root = path.resolve(import.meta.dirname, '../..');
const NODES = 3;
const PODS = 15;
const REPLICAS = 30;
const never = new AbortController().signal;
const quiet = { report: () => undefined };

/** A cluster of container nodes from nothing, then pods on it: needs the bundles and a Docker Engine. */
export const cluster: Benchmark = {
  name: 'cluster',
  async run(report) {
    const bare = await bareMachines();
    const home = await mkdtemp(path.join(tmpdir(), 'wheelhouse-bench-'));
    const name = `bench-${process.pid}`;
    const clusters = openClusters(home);
    try {
      const { apiSeconds, readySeconds } = await create(home, name);
      report({ what: 'create: the API answers', value: apiSeconds, unit: 's', target: { atMost: 1 } });
      report({
        what: `create: ${NODES} nodes Ready`,
        value: readySeconds,
        unit: 's',
        limit: { what: `docker run to CRI, ${NODES} at once, s`, value: bare },
      });
      report({ what: `create: ${NODES} nodes Ready`, value: readySeconds, unit: 's', target: { atMost: 5 } });
      await loadSampleImageInto(clusters, name);
      const kubeconfig = await readFile(clusters.paths(name).kubeconfig, 'utf8');
      const client = httpsClient(parseKubeconfig(kubeconfig).client);
      try {
        const one = await onePodMs(client);
        report({ what: 'one pod, create to ready, p50', value: one, unit: 'ms', target: { atMost: 300 } });
        const all = await deploymentSeconds(client, `${name}-1`);
        report({
          what: `deployment of ${REPLICAS} on one node`,
          value: all,
          unit: 's',
          target: { atMost: 4.5 },
        });
      } finally {
        client.dispose();
      }
    } finally {
      await clusters.delete(name, never).catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    }
  },
};

/** Seconds from nothing to `NODES` containers of the node image of which containerd answers. */
async function bareMachines(): Promise<number> {
  const docker = new Docker();
  const provider = createDockerMachines({
    docker,
    ...imageMaking(),
    imageFiles: () => readBuildFiles(path.join(root, 'resources/node')),
  });
  const name = `bare-${process.pid}`;
  await provider.prepare(name, quiet, never);
  try {
    const start = performance.now();
    await Promise.all(
      Array.from({ length: NODES }, async (_, i) => {
        const { id } = await provider.create({ cluster: name, name: `n${i}`, files: [] }, quiet, never);
        const { State } = await docker.getContainer(id).inspect();
        await untilListening(`/proc/${State.Pid}/root/run/containerd/containerd.sock`);
      }),
    );
    return (performance.now() - start) / 1000;
  } finally {
    for (const machine of await provider.list(name)) await provider.delete(machine, never);
    await provider.cleanUp(name);
  }
}

async function untilListening(socketPath: string): Promise<void> {
  for (;;) {
    const socket = connect(socketPath);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      // containerd does not tell when it listens.
      await systemClock.sleep(10);
    } finally {
      socket.destroy();
    }
  }
}

/** Times as the command itself is seen from outside: from its start to its lines and its end. */
async function create(home: string, name: string): Promise<{ apiSeconds: number; readySeconds: number }> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const child = spawn(
    process.execPath,
    [path.join(root, 'dist/cli.cjs'), 'create', name, '--nodes', String(NODES)],
    { env: { ...process.env, WHEELHOUSE_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let apiSeconds = Number.NaN;
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      said += `${line}\n`;
      if (line.includes('The API answers')) apiSeconds = seconds();
    });
  }
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`create failed:\n${said}`);
  return { apiSeconds, readySeconds: seconds() };
}

const container = { name: 'c', image: SAMPLE_IMAGE, command: ['/bin/busybox', 'sleep', '3600'] };

async function onePodMs(client: Client): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < PODS; i++) {
    const name = `one-${i}`;
    const start = performance.now();
    const metadata = { namespace: 'default', name };
    const made = await client.create(pods, {
      metadata,
      spec: { containers: [container], terminationGracePeriodSeconds: 0 },
    });
    await until(client, pods, made, (pod) =>
      (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    times.push(performance.now() - start);
    await client.delete(pods, metadata, { gracePeriodSeconds: 0 });
  }
  return median(times);
}

async function deploymentSeconds(client: Client, node: string): Promise<number> {
  const labels = { app: 'many' };
  const start = performance.now();
  const made = await client.create(deployments, {
    metadata: { namespace: 'default', name: 'many' },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [container], nodeSelector: { 'kubernetes.io/hostname': node } },
      },
    },
  });
  await until(client, deployments, made, ({ status }) => status?.readyReplicas === REPLICAS);
  return (performance.now() - start) / 1000;
}

/** Follows one object until it is as wanted. */
async function until<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  { metadata }: T,
  wanted: (object: T) => boolean,
): Promise<void> {
  const stop = new AbortController();
  const events = client.watch(resource, {
    namespace: metadata.namespace,
    fieldSelector: `metadata.name=${metadata.name}`,
    resourceVersion: metadata.resourceVersion,
    signal: stop.signal,
  });
  for await (const batch of events) {
    if (batch.some((event) => event.type === 'MODIFIED' && wanted(event.object))) break;
  }
  stop.abort();
}
