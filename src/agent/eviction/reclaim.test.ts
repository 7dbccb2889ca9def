import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { type PodBench, podBench } from '../../../test/harness/podParts.ts';
import type { Pod } from '../../api/types.ts';
import type { ImageStatus } from '../runtime/contract.ts';
import { reclaimDisk } from './reclaim.ts';

const image = (id: string, rest: Partial<ImageStatus> = {}): ImageStatus => ({
  id: `sha256:${id}`,
  tags: [`docker.io/library/${id}:1`],
  digests: [],
  sizeBytes: 1,
  ...rest,
});

describe('reclaimDisk', () => {
  let bench: PodBench;
  let removed: string[];
  beforeEach(() => {
    bench = podBench();
    removed = [];
  });

  const reclaim = async (pod: Pod, images: readonly ImageStatus[] = []): Promise<string[]> => {
    const record = bench.record(pod);
    await reclaimDisk({
      runtime: {
        ...bench.runtime,
        removeContainer: (id) => Promise.resolve(void removed.push(id)),
        images: {
          list: () => Promise.resolve(images),
          status: (name) =>
            Promise.resolve(images.find(({ tags }) => tags.includes(`docker.io/library/${name}`))),
          remove: (id) => Promise.resolve(void removed.push(id)),
        },
      },
      view: bench.view,
      records: { all: () => [record], pods: () => [pod] },
      logger: bench.logger,
    });
    return removed;
  };
  const exited = (pod: Pod, attempt: number) => testInstance(pod, 'app', { attempt, state: 'exited' });

  it('removes the containers of pods that are over, and the older ones of those that go on', async () => {
    const pod = testPod();
    bench.sandboxes = [testSandbox(pod, [exited(pod, 0), exited(pod, 1), exited(pod, 2)])];
    assert.deepEqual(await reclaim(pod), ['app-1', 'app-0']);
    removed = [];
    assert.deepEqual(await reclaim({ ...pod, status: { phase: 'Failed' } }), ['app-2', 'app-1', 'app-0']);
  });

  it('never removes what runs', async () => {
    const pod = testPod({}, { status: { phase: 'Failed' } });
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    assert.deepEqual(await reclaim(pod), []);
  });

  it('removes images that no container is made of, no pod wants and the runtime does not need', async () => {
    const pod = testPod();
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app', { imageId: 'sha256:used' })])];
    const images = [image('used'), image('app'), image('old'), image('pause', { isPinned: true })];
    assert.deepEqual(await reclaim(pod, images), ['sha256:old']);
  });

  it('goes on where something cannot be removed', async () => {
    const pod = testPod({}, { status: { phase: 'Succeeded' } });
    bench.sandboxes = [testSandbox(pod, [exited(pod, 0)])];
    bench.view.refresh = () => Promise.reject(new Error('away'));
    assert.deepEqual(await reclaim(pod, [image('old')]), ['app-0', 'sha256:old']);
  });
});
