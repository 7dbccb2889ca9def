import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { NODE_LOCAL_PROVISIONER, PROVISIONED_BY } from '../../api/nodeLocalVolumes.ts';
import { notFound } from '../../api/status.ts';
import type { Node, Pod, Volume } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { agentPathsAt } from '../paths.ts';
import { createLocalVolumes } from './localVolumes.ts';
import { createVolumeManager, type VolumeManager } from './volumeManager.ts';

interface Stored {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}

describe('volumes by claims', () => {
  const { signal } = new AbortController();
  let root: string;
  let claims: Record<string, Stored>;
  let volumes: Record<string, Stored>;
  let manager: VolumeManager;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-claims-'));
    const paths = agentPathsAt(root);
    claims = {
      data: { metadata: { uid: 'claim' }, spec: { volumeName: 'pv' }, status: { phase: 'Bound' } },
    };
    volumes = {
      pv: {
        metadata: { name: 'pv', annotations: { [PROVISIONED_BY]: NODE_LOCAL_PROVISIONER } },
        spec: { local: { path: join(paths.localVolumes, 'pv') }, claimRef: { uid: 'claim' } },
      },
    };
    const client = {
      get: (resource: { plural: string }, { name }: { name: string }) => {
        const found = (resource.plural === 'persistentvolumes' ? volumes : claims)[name];
        return found === undefined
          ? Promise.reject(notFound({ group: '', plural: resource.plural }, name))
          : Promise.resolve(found);
      },
    } as unknown as Client;
    manager = createVolumeManager({
      paths,
      client,
      users: { of: () => undefined },
      objects: {} as never,
      clock: new FakeClock(),
      logger: silentLogger,
      localVolumes: createLocalVolumes(paths),
      images: { unmount: () => Promise.resolve() },
      node: () => ({ metadata: { name: 'n', labels: { 'kubernetes.io/hostname': 'n' } } }) as unknown as Node,
      sources: () => ({ hostIPs: [], allocatable: {} }),
      podIPs: () => [],
    });
  });
  afterEach(async () => {
    await manager.stop();
    await rm(root, { recursive: true });
  });

  const podWith = (volume: Partial<Volume>, use: object = {}, spec: object = {}): Pod =>
    testPod({
      containers: [testContainer('app', { volumeMounts: [{ name: 'v', mountPath: '/v' }], ...use })],
      volumes: [{ name: 'v', ...volume }],
      ...spec,
    });
  const claimed = { persistentVolumeClaim: { claimName: 'data' } };
  const path = (): string => (volumes['pv']?.spec['local'] as { path: string }).path;
  const mounted = async (pod: Pod): Promise<[string | undefined, boolean | undefined]> => {
    await manager.setUp(pod, signal);
    const found = manager.find(pod.metadata.uid, 'v');
    return [found?.hostPath, found?.isReadOnly];
  };
  const failure = (pod: Pod): Promise<string> =>
    manager.setUp(pod, signal).then(
      () => 'set up',
      (error: unknown) => (error as Error).message,
    );
  const unprocessed = (text: string): string =>
    `Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: ${text}`;

  it('are directories of the node, made for the first pod', async () => {
    assert.deepEqual(await mounted(podWith(claimed)), [path(), false]);
    assert.equal((await stat(path())).mode & 0o7777, 0o777);
  });

  it('are read-only where the pod says so', async () => {
    const readOnly = { persistentVolumeClaim: { claimName: 'data', readOnly: true } };
    assert.deepEqual(await mounted(podWith(readOnly)), [path(), true]);
  });

  it('belong to the pod’s group', async () => {
    // Only root may give files to a group that is not its own.
    const fsGroup = process.getuid?.() === 0 ? 4321 : (process.getgid?.() ?? 0);
    await mounted(podWith(claimed, {}, { securityContext: { fsGroup } }));
    const { gid, mode } = await stat(path());
    assert.deepEqual([gid, mode & 0o7777], [fsGroup, 0o2777]);
  });

  it('may be paths of the node', async () => {
    volumes['pv']!.spec = { hostPath: { path: join(root, 'here'), type: '' }, claimRef: { uid: 'claim' } };
    assert.deepEqual(await mounted(podWith(claimed)), [join(root, 'here'), false]);
  });

  it('are those of ephemeral volumes by the name that comes of pod and volume', async () => {
    claims['web-v'] = {
      ...claims['data']!,
      metadata: { uid: 'claim', ownerReferences: [{ uid: 'uid-1', controller: true }] },
    };
    assert.deepEqual(await mounted(podWith({ ephemeral: {} })), [path(), false]);
  });

  it('hold nobody up whom no container uses', async () => {
    claims = {};
    assert.equal(await failure(podWith(claimed, { volumeMounts: [] })), 'set up');
  });

  const wrong: readonly (readonly [what: string, change: () => void, pod: () => Pod, text: () => string])[] =
    [
      [
        'a claim that is not there',
        () => (claims = {}),
        () => podWith(claimed),
        () =>
          unprocessed(
            'error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found',
          ),
      ],
      [
        'a claim that is not bound',
        () => (claims['data']!.status = { phase: 'Pending' }),
        () => podWith(claimed),
        () => unprocessed('error processing PVC default/data: PVC is not bound'),
      ],
      [
        'a claim that is being deleted',
        () => (claims['data']!.metadata['deletionTimestamp'] = '2026-01-01T00:00:00Z'),
        () => podWith(claimed),
        () => unprocessed('error processing PVC default/data: PVC is being deleted'),
      ],
      [
        'a volume that is another claim’s',
        () => (volumes['pv']!.spec['claimRef'] = { uid: 'other' }),
        () => podWith(claimed),
        () =>
          unprocessed(
            'error processing PVC default/data: found PV object pv but its pv.Spec.ClaimRef.UID other does not point to claim.UID claim',
          ),
      ],
      [
        'a claim that was not made for the ephemeral volume',
        () => (claims['web-v'] = claims['data']!),
        () => podWith({ ephemeral: {} }),
        () =>
          unprocessed(
            'error processing PVC default/web-v: PVC default/web-v was not created for pod default/web (pod is not owner)',
          ),
      ],
      [
        'a device that is to be mounted',
        () => (volumes['pv']!.spec['volumeMode'] = 'Block'),
        () => podWith(claimed),
        () => unprocessed('volume v has volumeMode Block, but is specified in volumeMounts'),
      ],
      [
        'a directory that is to be a device',
        () => undefined,
        () => podWith(claimed, { volumeMounts: [], volumeDevices: [{ name: 'v', devicePath: '/dev/v' }] }),
        () => unprocessed('volume v has volumeMode Filesystem, but is specified in volumeDevices'),
      ],
      [
        'a node that the volume is not on',
        () =>
          (volumes['pv']!.spec['nodeAffinity'] = {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['other'] }] },
              ],
            },
          }),
        () => podWith(claimed),
        () => 'MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms',
      ],
      [
        'a directory that nobody makes',
        () => (volumes['pv']!.metadata['annotations'] = {}),
        () => podWith(claimed),
        () =>
          `MountVolume.NewMounter initialization failed for volume "pv" : path "${path()}" does not exist`,
      ],
      [
        'a volume that needs a driver',
        () => (volumes['pv']!.spec = { csi: { driver: 'x' }, claimRef: { uid: 'claim' } }),
        () => podWith(claimed),
        () => 'MountVolume.NewMounter initialization failed for volume "pv" : no volume plugin matched',
      ],
    ];
  for (const [what, change, pod, text] of wrong) {
    it(`wait for ${what}, and say so`, async () => {
      change();
      assert.equal(await failure(pod()), text());
    });
  }

  it('are refused where a file stands in their place', async () => {
    volumes['pv']!.metadata['annotations'] = {};
    await mkdir(join(path(), '..'), { recursive: true });
    await writeFile(path(), '');
    assert.match(await failure(podWith(claimed)), /only directory and block device are supported$/);
  });
});
