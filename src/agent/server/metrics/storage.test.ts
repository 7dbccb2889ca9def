import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPod } from '../../../../test/harness/agentPods.ts';
import { FakeClock } from '../../../base/clock.ts';
import type { Pod, Volume } from '../../../api/types.ts';
import { agentPathsAt } from '../../paths.ts';
import { NOTHING_TO_CLOSE, type PodVolume } from '../../volumes/contract.ts';
import { createStorageMeter, type StorageMeter } from './storage.ts';
import { metricsText } from './text.ts';
import { volumeMetrics } from './volumes.ts';

type Marks = Pick<Partial<PodVolume>, 'claim' | 'isOfNode'>;

describe('storageMeter', () => {
  let root: string;
  let clock: FakeClock;
  let pods: Pod[];
  let set: Map<string, Map<string, PodVolume>>;
  /** The directories of each walk. */
  let walks: (readonly string[])[];
  let fails: boolean;
  let meter: StorageMeter;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-meter-'));
    const paths = agentPathsAt(root);
    await mkdir(paths.kubelet, { recursive: true });
    clock = new FakeClock();
    pods = [];
    set = new Map();
    walks = [];
    fails = false;
    meter = createStorageMeter({
      pods: () => pods,
      volumesOf: (uid) => set.get(uid) ?? new Map(),
      diskUsage: (directories) => {
        walks.push(directories.map((path) => path.slice(root.length + 1)));
        return fails
          ? Promise.reject(new Error('no'))
          : Promise.resolve(new Map(directories.map((path, index) => [path, (index + 1) * 1000])));
      },
      paths,
      clock,
      signal: new AbortController().signal,
    });
  });
  afterEach(() => rm(root, { recursive: true }));

  const add = async (uid: string, volumes: readonly (Volume & Marks)[]): Promise<void> => {
    pods.push(testPod({ volumes: [...volumes] }, { metadata: { uid, name: uid } }));
    const own = new Map<string, PodVolume>();
    for (const { name, claim, isOfNode } of volumes) {
      const hostPath = join(root, uid, name);
      await mkdir(hostPath, { recursive: true });
      own.set(name, {
        hostPath,
        isReadOnly: false,
        close: NOTHING_TO_CLOSE,
        ...(claim === undefined ? {} : { claim }),
        ...(isOfNode === undefined ? {} : { isOfNode }),
      });
    }
    set.set(uid, own);
  };
  const claimed = (name: string, claim: string): Volume & Marks => ({
    name,
    persistentVolumeClaim: { claimName: claim },
    claim,
    isOfNode: true,
  });

  it('walks logs and the pod’s own directories; asks the file system of claimed ones, and of the node’s nothing', async () => {
    await add('a', [
      { name: 'empty', emptyDir: {} },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'host', hostPath: { path: '/' }, isOfNode: true },
      claimed('claimed', 'data'),
    ]);
    const storage = (await meter.pods()).get('a');
    assert.deepEqual(walks, [['var/log/pods/default_a_a/app', 'a/empty', 'a/secret']]);
    assert.deepEqual([...(storage?.logs ?? [])], [['app', 1000]]);
    const [empty, secret, data, ...more] = storage?.volumes ?? [];
    assert.deepEqual([empty?.name, empty?.usedBytes, empty?.isEphemeral], ['empty', 2000, true]);
    assert.deepEqual([secret?.name, secret?.usedBytes, secret?.isEphemeral], ['secret', 3000, false]);
    assert.deepEqual([data?.name, data?.claim, data?.isEphemeral], ['claimed', 'data', false]);
    assert.equal(data?.usedBytes, data?.filesystem.usedBytes);
    assert.deepEqual(more, []);
  });

  it('walks once a minute however many ask, and again at once where it failed', async () => {
    await add('a', [{ name: 'empty', emptyDir: {} }]);
    await Promise.all([meter.pods(), meter.pods()]);
    await clock.advance(59_999);
    await meter.pods();
    assert.equal(walks.length, 1);
    await clock.advance(1);
    fails = true;
    await assert.rejects(meter.pods());
    fails = false;
    await meter.pods();
    assert.equal(walks.length, 3);
  });

  it('counts a claim once, without a walk', async () => {
    await add('a', [claimed('v', 'data')]);
    await add('b', [claimed('w', 'data'), { name: 'empty', emptyDir: {} }]);
    const claims = await meter.claims();
    assert.deepEqual(
      claims.map(({ namespace, claim }) => [namespace, claim]),
      [['default', 'data']],
    );
    assert.deepEqual(walks, []);
    const text = metricsText(volumeMetrics(claims));
    const labels = '\\{namespace="default",persistentvolumeclaim="data"\\}';
    for (const what of [
      'capacity_bytes',
      'available_bytes',
      'used_bytes',
      'inodes',
      'inodes_free',
      'inodes_used',
    ])
      assert.match(text, new RegExp(`^kubelet_volume_stats_${what}${labels} \\d+$`, 'm'));
  });
});
