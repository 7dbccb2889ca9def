import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KubeConfig, makeInformer, CoreV1Api, type V1ConfigMap } from '@kubernetes/client-node';
import { createDeferred } from '../../src/base/deferred.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { configMaps, deployments, nodes, pods } from '../../src/api/resources.ts';
import type { ConfigMap } from '../../src/api/types.ts';
import { isExpired, isReason } from '../../src/api/status.ts';
import { httpsClient, type HttpsClient } from '../../src/client/https.ts';
import type { Informer } from '../../src/client/informer.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { parseKubeconfig } from '../../src/client/kubeconfig.ts';
import type { Clusters } from '../../src/cluster/clusters.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { openClusters } from '../harness/dockerCluster.ts';

const NAME = `snap-${process.pid}`;
const never = new AbortController().signal;
const quiet = { report: () => undefined };
const namespace = 'default';

/**
 * A whole cluster goes back to a snapshot while clients of three kinds watch it over HTTPS. What they have seen since
 * then is the future of a past that never was: each must come to what there is now.
 */
describe('a cluster that goes back to a snapshot', function () {
  this.timeout(120_000);
  let home: string;
  let clusters: Clusters;
  let client: HttpsClient;
  let kubeconfig: string;

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-snapshots-'));
    clusters = openClusters(home);
    await clusters.create({ name: NAME, machines: 'simulated', nodes: 2 }, quiet, never);
    kubeconfig = clusters.paths(NAME).kubeconfig;
    client = httpsClient(parseKubeconfig(await readFile(kubeconfig, 'utf8')).client);
  });
  after(async () => {
    client.dispose();
    await clusters.delete(NAME, never);
    await rm(home, { recursive: true });
  });

  const put = (name: string, phase: string): Promise<unknown> =>
    client.apply(
      configMaps,
      { metadata: { name, namespace }, data: { phase } },
      { fieldManager: 'test', force: true },
    );
  const scale = (replicas: number): Promise<unknown> =>
    client.patch(deployments, { name: 'web', namespace }, 'application/merge-patch+json', {
      spec: { replicas },
    });
  const webPods = async (): Promise<readonly string[]> =>
    (await client.list(pods, { namespace, labelSelector: 'app=web' })).items
      .map((pod) => pod.metadata.name)
      .sort();

  it('takes everybody who watches with it', async () => {
    await put('changed', 'one');
    await put('deleted', 'one');
    await client.create(deployments, {
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'web' }] },
        },
      },
    });
    const stop = new AbortController();
    const factory = createInformerFactory({ client, clock: systemClock, logger: silentLogger });
    const maps = factory.for(configMaps);
    const running = factory.for(pods);
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    const foreign = await foreignInformer(kubeconfig);
    try {
      await until(running, () => running.list(namespace).filter(isReady).length === 2);
      const before = await webPods();
      await clusters.saveSnapshot(NAME, 'one', quiet, never);
      assert.deepEqual(
        (await clusters.snapshots(NAME)).map((snapshot) => [snapshot.name, snapshot.nodes.length]),
        [['one', 2]],
      );

      // A future that everybody sees.
      await put('changed', 'two');
      await put('created', 'two');
      await client.delete(configMaps, { name: 'deleted', namespace });
      await scale(5);
      const added = await clusters.addNode(NAME, quiet, never);
      await clusters.removeNode(NAME, `${NAME}-1`, quiet, never);
      await until(running, () => running.list(namespace).filter(isReady).length === 5);
      await until(maps, () => maps.get(namespace, 'created') !== undefined);
      await foreign.until(() => foreign.phases()['created'] === 'two');
      const seen = (await client.list(configMaps, { namespace })).metadata.resourceVersion ?? '';
      const events = client.watch(configMaps, { namespace, resourceVersion: seen, signal: stop.signal });
      const watch = events[Symbol.asyncIterator]();
      const ended = watch.next().then(
        ({ done }) => done,
        (error: unknown) => isReason(error, 'ServiceUnavailable'),
      );
      const kubectl = kubectlWait(kubeconfig, 'configmap/changed', '{.data.phase}=three');
      await kubectl.watches;

      await clusters.restoreSnapshot(NAME, 'one', quiet, never);

      // Who watched was cut off, and learns that what he has seen is no more.
      assert.equal(await ended, true);
      const again = client.watch(configMaps, { namespace, resourceVersion: seen, signal: stop.signal });
      await assert.rejects(async () => {
        for await (const batch of again) assert.fail(`there is nothing to watch: ${JSON.stringify(batch)}`);
      }, isExpired);
      const now = await client.list(configMaps, { namespace });
      assert.ok(Number(now.metadata.resourceVersion) > Number(seen), 'no revision is given out twice');

      // All of them see what there is.
      await until(maps, () => maps.get(namespace, 'created') === undefined && 'deleted' in phasesOf(maps));
      assert.deepEqual(phasesOf(maps), { changed: 'one', deleted: 'one' });
      await foreign.until(() => foreign.phases()['created'] === undefined);
      assert.deepEqual(foreign.phases(), { changed: 'one', deleted: 'one' });
      assert.deepEqual(await webPods(), before);
      const { items } = await client.list(nodes);
      assert.deepEqual(items.map((node) => node.metadata.name).sort(), [`${NAME}-1`, `${NAME}-2`]);
      assert.ok(!items.some((node) => node.metadata.name === added));

      // And what comes.
      await put('changed', 'three');
      const changed = await client.get(configMaps, { name: 'changed', namespace });
      assert.ok(Number(changed.metadata.resourceVersion) > Number(seen));
      await until(maps, () => phasesOf(maps)['changed'] === 'three');
      await foreign.until(() => foreign.phases()['changed'] === 'three');
      assert.match(await kubectl.said, /configmap\/changed condition met/);
      await scale(3);
      await until(running, () => running.list(namespace).filter(isReady).length === 3);
    } finally {
      stop.abort();
      await factory.stopped();
      foreign.stop();
    }
  });

  const cli = path.resolve(import.meta.dirname, '../../dist/cli.cjs');
  const env = (): Record<string, string> => ({ WHEELHOUSE_HOME: home });
  const wheelhouse = async (...args: string[]): Promise<string> =>
    (await systemProcesses.run(process.execPath, [cli, ...args], { env: env() })).stdout;
  /** Runs the command until a step of it begins, and kills it there. */
  const killAt = async (step: RegExp, ...args: string[]): Promise<void> => {
    const child = systemProcesses.spawn(process.execPath, [cli, ...args], { env: env() });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (step.test(said)) child.kill('SIGKILL');
    });
    await child.exited;
    assert.match(said, step);
  };

  it('can go back to it again, by the command', async () => {
    await put('created', 'four');
    assert.match(await wheelhouse('snapshot', 'list', NAME), /^one +\d{4}-.*-1, .*-2$/m);
    assert.match(await wheelhouse('snapshot', 'restore', NAME, 'one'), /is as it was in one/);
    const { items } = await client.list(configMaps, { namespace });
    assert.deepEqual(
      items.map((map) => map.metadata.name).filter((name) => name !== 'kube-root-ca.crt'),
      ['changed', 'deleted'],
    );
  });

  it('comes back from a process that was killed while it saved, and one that was killed while it went back', async () => {
    await killAt(/Saving the machines/, 'snapshot', 'save', NAME, 'two');
    await wheelhouse('start', NAME);
    const whole = (await clusters.snapshots(NAME)).map((snapshot) => snapshot.name);
    if (whole.includes('two')) await wheelhouse('snapshot', 'delete', NAME, 'two');
    await wheelhouse('snapshot', 'save', NAME, 'two');
    await put('created', 'five');
    await killAt(/Putting the machines back/, 'snapshot', 'restore', NAME, 'two');
    await wheelhouse('start', NAME);
    await wheelhouse('snapshot', 'restore', NAME, 'two');
    const { items } = await client.list(configMaps, { namespace });
    assert.deepEqual(phases(items), { changed: 'one', deleted: 'one' });
  });

  it('forgets its snapshots', async () => {
    assert.match(await wheelhouse('snapshot', 'delete', NAME, 'one'), /is deleted/);
    assert.match(await wheelhouse('snapshot', 'delete', NAME, 'two'), /is deleted/);
    assert.deepEqual(await readdir(clusters.paths(NAME).snapshots), []);
  });
});

/** `kubectl wait` for what an object is to become; `watches` resolves when it has begun to watch. */
function kubectlWait(
  kubeconfig: string,
  object: string,
  jsonpath: string,
): { readonly watches: Promise<undefined>; readonly said: Promise<string> } {
  const began = createDeferred<undefined>();
  const args = ['--kubeconfig', kubeconfig, '-n', namespace, '-v=6', 'wait', object];
  const said = systemProcesses
    .run('kubectl', [...args, `--for=jsonpath=${jsonpath}`, '--timeout=90s'], {
      onLine: (line) => {
        if (/watch=true.* 200 OK/.test(line)) began.resolve(undefined);
      },
    })
    .then(({ stdout }) => stdout);
  said.catch((error: unknown) => began.reject(error));
  return { watches: began.promise, said };
}

/** Resolves once the condition holds; it is looked at whenever the informer hears something. */
async function until<T extends KubeObject>(informer: Informer<T>, condition: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (!condition()) return;
      // Not within the call that adds it.
      queueMicrotask(() => handler.dispose());
      resolve();
    };
    const handler = informer.addHandler({ onAdd: check, onUpdate: check, onDelete: check });
    check();
  });
}

function phasesOf(informer: Informer<ConfigMap>): Record<string, string> {
  return phases(informer.list(namespace));
}

function phases(maps: readonly (V1ConfigMap | ConfigMap)[]): Record<string, string> {
  return Object.fromEntries(
    maps.flatMap(({ metadata, data }) =>
      data?.['phase'] === undefined ? [] : [[metadata?.name ?? '', data['phase']] as const],
    ),
  );
}

function isReady(pod: {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

interface ForeignInformer {
  phases(): Record<string, string>;
  until(condition: () => boolean): Promise<void>;
  stop(): void;
}

/** The informer of the official JavaScript client, which has our server as any other. */
async function foreignInformer(kubeconfig: string): Promise<ForeignInformer> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    api.listNamespacedConfigMap({ namespace }),
  );
  let waiting: (() => void)[] = [];
  let stopped = false;
  const tell = (): void => waiting.forEach((check) => check());
  for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, tell);
  // A server that is away is the user's affair with this client.
  informer.on('error', () => {
    void systemClock
      .sleep(200)
      .then(() => (stopped ? undefined : informer.start().then(tell, () => undefined)));
  });
  await informer.start();
  return {
    phases: () => phases(informer.list(namespace)),
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          waiting = waiting.filter((other) => other !== check);
          resolve();
        };
        waiting.push(check);
        check();
      }),
    stop() {
      stopped = true;
      void informer.stop();
    },
  };
}
