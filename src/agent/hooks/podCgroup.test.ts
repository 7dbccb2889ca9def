import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import { podCgroupHook } from './podCgroup.ts';

const never = new AbortController().signal;

describe('the cgroup of a pod', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-cgroup-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const read = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8');
  const bounded = testPod({
    resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '32Mi' } },
  });
  const PATH = 'kubepods/burstable/poduid-1';

  it('has the pod’s bounds, in each controller’s tree', async () => {
    await podCgroupHook(root).prepare(bounded, never);
    assert.equal(await read('memory', PATH, 'memory.limit_in_bytes'), String(64 * 1024 * 1024));
    assert.deepEqual(
      await Promise.all(
        ['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => read('cpu', PATH, file)),
      ),
      ['256', '50000', '100000'],
    );
  });

  it('has them in the one tree, whose controllers are handed down to it', async () => {
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory');
    await podCgroupHook(root).prepare(bounded, never);
    assert.deepEqual(
      await Promise.all(['memory.max', 'cpu.max', 'cpu.weight'].map((file) => read(PATH, file))),
      [String(64 * 1024 * 1024), '50000 100000', '10'],
    );
    for (const parent of ['.', 'kubepods', 'kubepods/burstable'])
      assert.equal(await read(parent, 'cgroup.subtree_control'), '+cpu +memory');
    await assert.rejects(access(join(root, PATH, 'cgroup.subtree_control')));
  });

  it('is left to the runtime where the pod has none', async () => {
    const limits = { cpu: '1', memory: '1Gi' };
    const pod = testPod({ containers: [testContainer('a', { resources: { limits } })] });
    await podCgroupHook(root).prepare(pod, never);
    await assert.rejects(access(join(root, 'memory')));
  });

  it('goes with the pod', async () => {
    await mkdir(join(root, 'memory', PATH), { recursive: true });
    await podCgroupHook(root).undo({ uid: 'uid-1', name: 'p', namespace: 'default' });
    await assert.rejects(access(join(root, 'memory', PATH)));
  });
});
