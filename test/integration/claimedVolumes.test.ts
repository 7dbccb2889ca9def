import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_LOCAL_PROVISIONER, PROVISIONED_BY } from '../../src/api/nodeLocalVolumes.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../src/api/resources.ts';
import type { Pod } from '../../src/api/types.ts';
import { isReady } from '../harness/agent.ts';
import {
  type ContainerdAgent,
  type ContainerdWorld,
  script,
  startContainerdWorld,
} from '../harness/containerdAgent.ts';

const ended = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Resolves when a pod has written its file. */
async function sleepUntilWritten(folder: string): Promise<void> {
  for (;;) {
    const files = await readdir(folder, { recursive: true });
    const sizes = await Promise.all(
      files.filter((file) => file.endsWith('/own/file')).map((file) => stat(join(folder, file))),
    );
    if (sizes.some(({ size }) => size === 5_000_000)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Real containers with volumes that outlive them. */
describe('volumes by claims on containerd', () => {
  let node: ContainerdWorld;
  let agent: ContainerdAgent;

  before(async function () {
    this.timeout(300_000);
    node = await startContainerdWorld({ name: 'claims', subnet: '10.201.7.0/24' });
  });
  after(() => node.stop());
  beforeEach(async () => {
    agent = await node.startAgent();
  });
  afterEach(async () => {
    await node.removeAll();
    await agent.stop();
  });

  const claim = async (name: string): Promise<void> => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await node.world.client.create(persistentVolumeClaims, {
      metadata: { name, namespace: 'default' },
      spec: { ...spec, volumeName: `pv-${name}`, storageClassName: '' },
    });
  };
  /** What the binder and the provisioner do. */
  const bind = async (name: string): Promise<void> => {
    const { client } = node.world;
    const at = { namespace: 'default', name };
    const { metadata } = await client.get(persistentVolumeClaims, at);
    await client.create(persistentVolumes, {
      metadata: { name: `pv-${name}`, annotations: { [PROVISIONED_BY]: NODE_LOCAL_PROVISIONER } },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name, uid: metadata.uid },
        local: { path: join(node.paths.localVolumes, `pv-${name}`) },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
            ],
          },
        },
      },
    });
    const status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
    await client.patch(
      persistentVolumeClaims,
      at,
      'application/merge-patch+json',
      { status },
      {
        subresource: 'status',
      },
    );
  };
  /** Runs a script to its end with the claim at /data, and gives what it wrote. */
  const run = async (
    name: string,
    text: string,
    {
      of = 'data',
      claim: source = {},
      ...spec
    }: { of?: string; claim?: object; [key: string]: unknown } = {},
  ): Promise<string> => {
    await node.world.createPod(name, {
      restartPolicy: 'Never',
      containers: [script(text, { volumeMounts: [{ name: 'v', mountPath: '/data' }] })],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: of, ...source } }],
      ...spec,
    });
    await node.world.podUntil(name, ended);
    const { body } = await agent.http.get(`/containerLogs/default/${name}/app`);
    await node.remove(name);
    return body;
  };

  it('keep what is in them from pod to pod', async () => {
    await claim('data');
    await bind('data');
    await run('writer', 'echo kept > /data/file');
    assert.equal(await run('reader', 'cat /data/file'), 'kept\n');
  });

  it('are the pod’s group’s, and read-only where it wants', async () => {
    await claim('group');
    await bind('group');
    await run('first', 'echo one > /data/file', { of: 'group' });
    const user = { securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 } };
    assert.equal(
      await run('second', 'echo two >> /data/file; cat /data/file', { of: 'group', ...user }),
      'one\ntwo\n',
    );
    assert.match(
      await run('third', 'touch /data/x 2>&1', { of: 'group', claim: { readOnly: true } }),
      /Read-only file system/,
    );
  });

  it('are counted with their claims', async () => {
    await claim('counted');
    await bind('counted');
    await node.world.createPod('counted', {
      containers: [
        script('head -c 5000000 /dev/zero > /own/file; sleep 3600', {
          volumeMounts: [
            { name: 'v', mountPath: '/data' },
            { name: 'own', mountPath: '/own' },
          ],
        }),
      ],
      volumes: [
        { name: 'v', persistentVolumeClaim: { claimName: 'counted' } },
        { name: 'own', emptyDir: {} },
      ],
    });
    const own = join(node.paths.kubelet, 'pods');
    await node.world.podUntil('counted', isReady);
    await sleepUntilWritten(own);
    const { pods } = JSON.parse((await agent.http.get('/stats/summary')).body) as {
      pods: {
        podRef: { name: string };
        volume: { name: string; usedBytes: number; capacityBytes: number; pvcRef?: object }[];
        'ephemeral-storage': { usedBytes: number };
      }[];
    };
    const found = pods.find(({ podRef }) => podRef.name === 'counted');
    assert.deepEqual(
      found?.volume.map(({ name, pvcRef }) => [name, pvcRef]),
      [
        ['own', undefined],
        ['v', { name: 'counted', namespace: 'default' }],
      ],
    );
    assert.ok(found['ephemeral-storage'].usedBytes >= 5_000_000);
    assert.match(
      (await agent.http.get('/metrics')).body,
      /^kubelet_volume_stats_capacity_bytes\{namespace="default",persistentvolumeclaim="counted"\} \d+$/m,
    );
  });

  it('hold a pod until they are there, and have it start then', async () => {
    await claim('late');
    const done = run('waits', 'echo there', { of: 'late' });
    await node.world.podUntil(
      'waits',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ContainerCreating',
    );
    while (!(await node.world.eventsOf('waits')).some((event) => event.includes('FailedMount')))
      await new Promise((resolve) => setTimeout(resolve, 50));
    const events = await node.world.eventsOf('waits');
    assert.ok(
      events.includes(
        'Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC default/late: PVC is not bound',
      ),
      events.join('\n'),
    );
    await bind('late');
    assert.equal(await done, 'there\n');
    assert.ok((await readdir(node.paths.localVolumes)).includes('pv-late'));
  });
});
