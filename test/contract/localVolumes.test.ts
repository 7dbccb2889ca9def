import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localLink, type LocalLink } from '../../src/agent/link/localLink.ts';
import { agentPathsAt } from '../../src/agent/paths.ts';
import { withLocalVolumes } from '../../src/agent/server/localVolumesHandler.ts';
import {
  createLocalVolumes as createNodeVolumes,
  type LocalVolumes as NodeVolumes,
} from '../../src/agent/volumes/localVolumes.ts';
import { NODE_LOCAL_PROVISIONER, PROVISIONED_BY } from '../../src/api/nodeLocalVolumes.ts';
import type { PersistentVolume } from '../../src/api/types.ts';
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
  let onNode: NodeVolumes;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'wheelhouse-local-volumes-'));
    folder = agentPathsAt(root).localVolumes;
    await mkdir(path.join(folder, 'pvc-1/data'), { recursive: true });
    await writeFile(path.join(folder, 'pvc-1/data/file'), 'x');
    await writeFile(path.join(folder, '..', 'identity.json'), '{}');
    onNode = createNodeVolumes(agentPathsAt(root));
    link = localLink(
      withLocalVolumes(
        {
          handle: (_request, response) => response.end('kubelet'),
          upgrade: (_path, tunnel) => tunnel.destroy(),
        },
        (volume) => onNode.remove(volume),
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

  const provisioned = (name: string, rest: object = {}): PersistentVolume => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: { [PROVISIONED_BY]: NODE_LOCAL_PROVISIONER },
    },
    spec: { local: { path: path.join(folder, name) }, ...rest },
  });

  it('have a directory that anybody may use, once the first pod comes', async () => {
    await onNode.use('pod-1', provisioned('pvc-2'));
    assert.equal((await stat(path.join(folder, 'pvc-2'))).mode & 0o7777, 0o777);
    // What its users made of it stays.
    await chmod(path.join(folder, 'pvc-2'), 0o700);
    await onNode.use('pod-2', provisioned('pvc-2'));
    assert.equal((await stat(path.join(folder, 'pvc-2'))).mode & 0o7777, 0o700);
  });

  it('are made in their own place alone', async () => {
    await onNode.use('pod-1', provisioned('pvc-2', { local: { path: path.join(root, 'elsewhere') } }));
    await onNode.use('pod-1', {
      ...provisioned('pvc-3'),
      metadata: { ...provisioned('pvc-3').metadata, annotations: {} },
    });
    assert.deepEqual(await readdir(folder), ['pvc-1']);
  });

  it('stay while a pod of the node uses them, and go afterwards', async () => {
    await onNode.use('pod-1', provisioned('pvc-1'));
    await onNode.use('pod-2', provisioned('pvc-1'));
    for (const pod of ['pod-1', 'pod-2']) {
      await assert.rejects(volumes.remove('n1', 'pvc-1', signal), { code: 503, message: /still use it/ });
      onNode.release(pod);
    }
    await volumes.remove('n1', 'pvc-1', signal);
    assert.deepEqual(await readdir(folder), []);
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
