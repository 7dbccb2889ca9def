import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { pods } from '../../src/api/resources.ts';
import type { Client } from '../../src/client/contract.ts';
import { httpsClient, type HttpsClient } from '../../src/client/https.ts';
import { parseKubeconfig } from '../../src/client/kubeconfig.ts';
import { readOwner } from '../../src/cluster/owner.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { AcknowledgedWrites } from '../harness/acknowledgedWrites.ts';
import { seededRandom } from '../harness/seed.ts';
import {
  createDockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
  type DockerCluster,
} from '../harness/dockerCluster.ts';

const KILLS_ALONE = 45;
const KILLS_WITH_NODES = 5;
const WRITERS = 8;
const random = seededRandom('kills of the control plane');
const cli = path.resolve(import.meta.dirname, '../../dist/cli.cjs');

/** Writes until a random while after the first acknowledged write, then kills; the pid is of the whole control plane. */
async function killWhileWriting(
  writes: AcknowledgedWrites,
  client: Client,
  round: string,
  kill: () => void,
): Promise<void> {
  let killing = false;
  await writes.untilGone(client, round, WRITERS, () => {
    if (killing) return;
    killing = true;
    // The moment of the kill is what is random here; nothing waits for this timer.
    setTimeout(kill, random.number() * 60);
  });
}

async function connect(kubeconfig: string): Promise<HttpsClient> {
  return httpsClient(parseKubeconfig(await readFile(kubeconfig, 'utf8')).client);
}

describe('a control plane that is killed while it writes', () => {
  const writes = new AcknowledgedWrites();

  describe('alone', () => {
    let data: string;
    let process_: ChildProcess | undefined;

    before(async () => {
      data = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-crash-'));
    });
    after(async () => {
      process_?.kill('SIGKILL');
      await rm(data, { recursive: true });
    });

    /** Starts it and resolves with a client once it is ready. */
    async function serve(): Promise<HttpsClient> {
      const child = spawn(process.execPath, [cli, 'serve', '--data', data], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      process_ = child;
      const lines = createInterface({ input: child.stdout });
      for await (const line of lines) {
        const kubeconfig = /^ready .* kubeconfig=(.*)$/.exec(line)?.[1];
        if (kubeconfig !== undefined) return connect(kubeconfig);
      }
      throw new Error('the control plane ended before it was ready');
    }
    async function kill(): Promise<void> {
      const child = process_;
      if (child === undefined) return;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      assert.equal(child.signalCode, 'SIGKILL', 'the control plane ended by itself');
    }

    it(`has every acknowledged write after each of ${KILLS_ALONE} kills, and versions that only rise`, async function () {
      this.timeout(240_000);
      for (let round = 0; round < KILLS_ALONE; round++) {
        const client = await serve();
        try {
          await writes.verify(client);
          await killWhileWriting(writes, client, `alone-${round}`, () => process_?.kill('SIGKILL'));
        } finally {
          client.dispose();
        }
        await kill();
      }
      const client = await serve();
      await writes.verify(client);
      client.dispose();
      process_?.kill('SIGKILL');
      await kill();
      assert.ok(writes.count > KILLS_ALONE * WRITERS, `only ${writes.count} objects were written`);
      const database = new DatabaseSync(path.join(data, 'store.db'));
      const check = database.prepare('PRAGMA integrity_check').all();
      database.close();
      assert.deepEqual(
        check.map((row) => row['integrity_check']),
        ['ok'],
      );
    });
  });

  describe('with nodes', () => {
    let cluster: DockerCluster;

    before(async function () {
      this.timeout(300_000);
      cluster = await createDockerCluster('crash', 1);
      await loadSampleImage(cluster);
    });
    after(async function () {
      this.timeout(60_000);
      await cluster.delete();
    });

    /** What a user would see of a restart: ids and counts of all containers, in the API and on the node. */
    async function containers(client: Client): Promise<unknown> {
      const { items } = await client.list(pods, { namespace: 'default' });
      const { machines } = await cluster.clusters.get(cluster.name);
      const tasks = await systemProcesses.run('docker', [
        ...['exec', machines[0]!.id, 'ctr', '-n', 'k8s.io', 'tasks', 'ls'],
      ]);
      return {
        api: items.map(({ metadata, status }) => [
          metadata.uid,
          status?.conditions?.find(({ type }) => type === 'Ready')?.status,
          status?.containerStatuses?.map(({ containerID, restartCount }) => [containerID, restartCount]),
        ]),
        node: tasks.stdout.trim().split('\n').sort(),
      };
    }

    it(`leaves the pods alone in each of ${KILLS_WITH_NODES} kills, and its nodes come back to it`, async function () {
      this.timeout(180_000);
      const own = new AcknowledgedWrites();
      const first = await connect(cluster.paths.kubeconfig);
      for (const name of ['a', 'b']) {
        await first.create(pods, {
          metadata: { namespace: 'default', name },
          spec: {
            containers: [
              {
                name: 'web',
                image: SAMPLE_IMAGE,
                command: ['httpd', '-f', '-p', '8080', '-h', '/tmp'],
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        });
        await untilReady(first, name);
      }
      const before = await containers(first);
      first.dispose();
      for (let round = 0; round < KILLS_WITH_NODES; round++) {
        const client = await connect(cluster.paths.kubeconfig);
        const owner = await readOwner(cluster.paths);
        assert.ok(owner !== undefined);
        try {
          await killWhileWriting(own, client, `nodes-${round}`, () => process.kill(owner.pid, 'SIGKILL'));
        } finally {
          client.dispose();
        }
        await cluster.clusters.attach(cluster.name, cluster.progress, new AbortController().signal);
        const again = await connect(cluster.paths.kubeconfig);
        try {
          await own.verify(again);
          await untilLinked(again, 'a');
          assert.deepEqual(await containers(again), before);
        } finally {
          again.dispose();
        }
      }
    });
  });
});

async function untilReady(client: Client, name: string): Promise<void> {
  for await (const batch of client.watch(pods, {
    namespace: 'default',
    fieldSelector: `metadata.name=${name}`,
    resourceVersion: '0',
  })) {
    for (const event of batch) {
      if (event.type === 'BOOKMARK') continue;
      if (event.object.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')) return;
    }
  }
  throw new Error(`the watch ended before ${name} was ready`);
}

/** The node has found the control plane again when it answers for its pod: there is no event of that in the API. */
async function untilLinked(client: Client, pod: string): Promise<void> {
  for (;;) {
    const answer = await client.raw('GET', `/api/v1/namespaces/default/pods/${pod}/log`);
    const said = await answer.text();
    if (answer.code === 200) return;
    assert.ok(answer.code >= 500, said);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
