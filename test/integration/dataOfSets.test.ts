import assert from 'node:assert/strict';
import { NODE_LOCAL_ROOT } from '../../src/api/nodeLocalVolumes.ts';
import type { Machine } from '../../src/cluster/machines/contract.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import {
  createDockerCluster,
  type DockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
} from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor } from '../harness/kubectl.ts';

const labels = { app: 'db' };

/** Each pod adds a line with its own name to the file that it finds. */
const SET = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    serviceName: 'db',
    replicas: 2,
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 2,
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
            ],
          },
        },
        containers: [
          {
            name: 'c',
            image: SAMPLE_IMAGE,
            command: ['sh', '-c', 'hostname >> /data/log; trap "exit 0" TERM; sleep 100000 & wait'],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
            readinessProbe: { exec: { command: ['test', '-s', '/data/log'] }, periodSeconds: 1 },
          },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
      },
    ],
  },
};

/** What a StatefulSet writes on real nodes, and what becomes of it. */
describe('data of StatefulSets', () => {
  let cluster: DockerCluster;
  let machines: readonly Machine[];
  let kubectl: (...args: string[]) => Promise<string>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('data', 2);
    ({ machines } = await cluster.clusters.get(cluster.name));
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout;
    await loadSampleImage(cluster);
    await run(['apply', '-f', '-'], { input: JSON.stringify(SET) });
    await ready();
  });
  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const ready = (): Promise<string> => kubectl('rollout', 'status', 'statefulset/db', '--timeout=90s');
  const logOf = async (pod: string): Promise<readonly string[]> =>
    (await kubectl('exec', pod, '--', 'cat', '/data/log')).trim().split('\n');
  const nodeOf = (pod: string): Promise<string> =>
    kubectl('get', 'pod', pod, '-o', 'jsonpath={.spec.nodeName}');
  const machineOf = (node: string): Machine => {
    const machine = machines.find(({ name }) => name === node);
    assert.ok(machine !== undefined, node);
    return machine;
  };
  /** Names of the volumes that have a directory on a node. */
  const directoriesOn = async (node: string): Promise<readonly string[]> => {
    const args = ['exec', machineOf(node).id, 'ls', NODE_LOCAL_ROOT];
    const { stdout } = await systemProcesses.run('docker', args);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const volumeOf = (claim: string): Promise<string> =>
    kubectl('get', 'pvc', claim, '-o', 'jsonpath={.spec.volumeName}');

  it('is on the nodes of its pods', async () => {
    const places = [await nodeOf('db-0'), await nodeOf('db-1')];
    assert.deepEqual([...places].sort(), machines.map(({ name }) => name).sort());
    for (const [i, place] of places.entries()) {
      assert.deepEqual(await directoriesOn(place), [await volumeOf(`data-db-${i}`)]);
    }
  });

  it('is found by the pods that come after', async () => {
    const place = await nodeOf('db-1');
    await kubectl('delete', 'pod', 'db-1');
    await ready();
    assert.equal(await nodeOf('db-1'), place);
    assert.deepEqual(await logOf('db-1'), ['db-1', 'db-1']);
  });

  it('is kept through a stop of its node', async function () {
    this.timeout(180_000);
    const machine = machineOf(await nodeOf('db-0'));
    const provider = await cluster.clusters.provider(cluster.name);
    const never = new AbortController().signal;
    await provider.stop(machine, never);
    await kubectl('wait', '--for=condition=Ready=Unknown', `node/${machine.name}`, '--timeout=90s');
    await kubectl('delete', 'pod', 'db-0', '--force', '--grace-period=0');
    await provider.start(machine, cluster.progress, never);
    await kubectl('wait', '--for=condition=Ready', `node/${machine.name}`, '--timeout=60s');
    await kubectl('wait', '--for=condition=Ready', 'pod/db-0', '--timeout=60s');
    assert.equal(await nodeOf('db-0'), machine.name);
    assert.deepEqual(await logOf('db-0'), ['db-0', 'db-0']);
  });

  it('goes with its claim, from the disk too', async () => {
    const place = await nodeOf('db-1');
    const volume = await volumeOf('data-db-1');
    await kubectl('scale', 'statefulset/db', '--replicas=1');
    await kubectl('delete', 'pvc', 'data-db-1', '--timeout=60s');
    await kubectl('wait', '--for=delete', `pv/${volume}`, '--timeout=60s');
    assert.deepEqual(await directoriesOn(place), []);
  });

  it('goes when its node is back, where that was away', async function () {
    this.timeout(180_000);
    const machine = machineOf(await nodeOf('db-0'));
    const volume = await volumeOf('data-db-0');
    const provider = await cluster.clusters.provider(cluster.name);
    const never = new AbortController().signal;
    await kubectl('delete', 'statefulset/db');
    await kubectl('wait', '--for=delete', 'pod/db-0', '--timeout=60s');
    await provider.stop(machine, never);
    await kubectl('wait', '--for=condition=Ready=Unknown', `node/${machine.name}`, '--timeout=90s');
    await kubectl('delete', 'pvc', 'data-db-0', '--timeout=60s');
    await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', `pv/${volume}`, '--timeout=60s');
    await provider.start(machine, cluster.progress, never);
    await kubectl('wait', '--for=delete', `pv/${volume}`, '--timeout=90s');
    assert.deepEqual(await directoriesOn(machine.name), []);
  });
});
