import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localLink, type LocalLink } from '../../src/agent/link/localLink.ts';
import { agentPathsAt } from '../../src/agent/paths.ts';
import { withLocalVolumes } from '../../src/agent/server/localVolumesHandler.ts';
import { createLocalVolumeRemoval } from '../../src/agent/volumes/localVolumes.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createNodeDialer, type HubDialer } from '../../src/nodes/dialer.ts';
import { createLocalVolumes, type LocalVolumes } from '../../src/nodes/localVolumes.ts';
import { sessionOver, type NodeSession } from '../../src/nodes/session.ts';
import { localVolumeCall, OWNER_AUTHORITY } from '../../src/protocol/agentLink.ts';

/** The deletion of a volume's data, from the control plane to the node's disk. */
describe('volumes of the node-local provisioner', () => {
  const { signal } = new AbortController();
  let root: string;
  let folder: string;
  let link: LocalLink;
  let session: NodeSession;
  let dialer: HubDialer;
  let volumes: LocalVolumes;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'wheelhouse-local-volumes-'));
    folder = agentPathsAt(root).localVolumes;
    await mkdir(path.join(folder, 'pvc-1/data'), { recursive: true });
    await writeFile(path.join(folder, 'pvc-1/data/file'), 'x');
    await writeFile(path.join(folder, '..', 'identity.json'), '{}');
    link = localLink(
      withLocalVolumes(
        {
          handle: (_request, response) => response.end('kubelet'),
          upgrade: (_path, tunnel) => tunnel.destroy(),
        },
        createLocalVolumeRemoval(agentPathsAt(root)),
        silentLogger,
      ),
    );
    session = sessionOver('n1', link.open());
    const hub = {
      session: (node: string) => (node === 'n1' ? session : undefined),
      onConnected: () => ({ dispose: () => undefined }),
    };
    dialer = createNodeDialer(hub);
    volumes = createLocalVolumes(dialer);
  });
  afterEach(async () => {
    session.close();
    link.dispose();
    await rm(root, { recursive: true });
  });

  it('go with what is in them; a second call finds nothing to do', async () => {
    await Promise.all([volumes.remove('n1', 'pvc-1', signal), volumes.remove('n1', 'pvc-1', signal)]);
    assert.deepEqual(await readdir(folder), []);
    await volumes.remove('n1', 'pvc-1', signal);
  });

  it('are the only thing that goes', async () => {
    for (const name of ['.', '..', '', '../identity.json', 'pvc-1/data', '/etc', 'PVC-1']) {
      await assert.rejects(volumes.remove('n1', name, signal), /could not delete volume/, name);
    }
    assert.deepEqual(await readdir(path.join(folder, '..')), ['identity.json', 'volumes']);
    assert.deepEqual(await readdir(path.join(folder, 'pvc-1')), ['data']);
  });

  it('stay where the node is not connected: the deletion can be asked again', async () => {
    await assert.rejects(volumes.remove('n2', 'pvc-1', signal), { code: 503 });
  });

  it('are deleted for the owner alone: what the API’s proxy asks is the agent’s to answer', async () => {
    const headers = { ':authority': OWNER_AUTHORITY, host: OWNER_AUTHORITY };
    const answer = await dialer.request('n1', {
      method: 'DELETE',
      path: localVolumeCall('pvc-1'),
      headers,
      signal,
    });
    let said = '';
    for await (const chunk of answer.body) said += Buffer.from(chunk).toString();
    assert.equal(said, 'kubelet');
    assert.deepEqual(await readdir(folder), ['pvc-1']);
  });
});
