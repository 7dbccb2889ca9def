import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { runLink } from '../../src/agent/link/link.ts';
import { nodes } from '../../src/api/resources.ts';
import { isReason } from '../../src/api/status.ts';
import type { Node } from '../../src/api/types.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createDeferred } from '../../src/base/deferred.ts';
import { type LogFields, silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { httpsClient } from '../../src/client/https.ts';
import { parseKubeconfig } from '../../src/client/kubeconfig.ts';
import { readProfile, writeProfile } from '../../src/cluster/profile.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { openNodeAdmin } from '../../src/nodes/nodeAdmin.ts';
import { type BootstrapConfig, nodeFiles } from '../../src/protocol/agentLink.ts';
import { createDockerCluster, type DockerCluster } from '../harness/dockerCluster.ts';

const never = new AbortController().signal;
const ZONE = 'topology.kubernetes.io/zone';
const TYPE = 'node.kubernetes.io/instance-type';

/** What a node is declared to be reaches it, and ends with it: one real node. */
describe('a node’s settings and its certificate', function () {
  this.timeout(600_000);
  let cluster: DockerCluster;

  before(async () => {
    cluster = await createDockerCluster('identity', [
      { name: 'labelled', labels: { [ZONE]: 'a', [TYPE]: 'small' } },
    ]);
  });

  after(() => cluster.delete());

  const nodeAsAdmin = async (): Promise<Node> => {
    const client = httpsClient(parseKubeconfig(await readFile(cluster.paths.kubeconfig, 'utf8')).client);
    return client.get(nodes, { name: 'labelled' }).finally(() => client.dispose());
  };
  const labels = async (): Promise<readonly (string | undefined)[]> => {
    const node = await nodeAsAdmin();
    return [node.metadata.labels?.[ZONE], node.metadata.labels?.[TYPE]];
  };
  const fileOnNode = async (file: string): Promise<unknown> => {
    const [machine] = (await cluster.clusters.get(cluster.name)).machines;
    const { stdout } = await systemProcesses.run('docker', ['exec', machine?.id ?? '', 'cat', file]);
    return JSON.parse(stdout);
  };

  it('has the labels of its declaration, after a change with the next start', async () => {
    assert.deepEqual(await labels(), ['a', 'small']);
    const profile = await readProfile(cluster.paths.profile);
    assert.ok(profile !== undefined);
    await writeProfile(cluster.paths.profile, {
      ...profile,
      nodes: [{ name: 'labelled', labels: { [ZONE]: 'b', [TYPE]: 'large' } }],
    });
    await cluster.clusters.stop(cluster.name, never);
    await cluster.clusters.start(cluster.name, cluster.progress, never);
    assert.deepEqual(await labels(), ['b', 'large']);
  });

  it('is refused with its certificate once it is no part of the cluster', async () => {
    const identity = (await fileOnNode(nodeFiles().identity)) as { key: string; cert: string };
    const config = (await fileOnNode(nodeFiles().config)) as BootstrapConfig;
    const own = httpsClient({ server: config.server, ca: config.ca, ...identity, userAgent: 'test' });
    await own.get(nodes, { name: 'labelled' });

    const admin = openNodeAdmin(await readFile(cluster.paths.kubeconfig, 'utf8'), systemClock);
    await admin.forget('labelled');
    admin.close();

    const refused = createDeferred<unknown>();
    const stop = new AbortController();
    const linking = runLink(
      {
        target: () => Promise.resolve({ server: config.server, ca: config.ca, ...identity }),
        handlers: { handle: () => undefined, upgrade: () => undefined },
        clock: systemClock,
        random: systemRandom,
        logger: {
          ...silentLogger,
          warn: (_message: string, fields: LogFields = {}) => refused.resolve(fields['error']),
        },
        onRenew: () => undefined,
      },
      stop.signal,
    );
    assert.match(String(await refused.promise), /answered 403/);
    stop.abort();
    await linking;

    await assert.rejects(own.get(nodes, { name: 'labelled' }), (error) => isReason(error, 'Unauthorized'));
    own.dispose();
    // The agent that still runs there cannot come back as a node.
    await assert.rejects(nodeAsAdmin(), (error) => isReason(error, 'NotFound'));
  });
});
