import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPod } from '../../../test/harness/agentPods.ts';
import type { Pod } from '../../api/types.ts';
import { type AgentPaths, agentPathsAt, podDirectory } from '../paths.ts';
import { createUserNamespaces } from './userNamespaces.ts';

describe('users of pods', () => {
  let root: string;
  let paths: AgentPaths;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-users-'));
    paths = agentPathsAt(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  const podOf = async (uid: string, hostUsers?: boolean): Promise<Pod> => {
    await mkdir(podDirectory(paths, uid), { recursive: true });
    return testPod(hostUsers === undefined ? {} : { hostUsers }, { metadata: { uid } });
  };

  it('are the node’s unless a pod wants its own', async () => {
    const users = createUserNamespaces(paths);
    for (const wanted of [undefined, true]) {
      await users.assign(await podOf(`u-${wanted}`, wanted));
      assert.equal(users.of(`u-${wanted}`), undefined);
    }
  });

  it('are the first that nobody has, and stay the pod’s over the agent’s lives', async () => {
    const users = createUserNamespaces(paths);
    for (const uid of ['a', 'b', 'c']) await users.assign(await podOf(uid, false));
    assert.deepEqual(
      ['a', 'b', 'c'].map((uid) => users.of(uid)?.hostId),
      [65_536, 131_072, 196_608],
    );
    users.release('b');
    await rm(podDirectory(paths, 'b'), { recursive: true });

    const later = createUserNamespaces(paths);
    await Promise.all([later.assign(await podOf('d', false)), later.assign(await podOf('c', false))]);
    assert.deepEqual(
      ['a', 'c', 'd'].map((uid) => later.of(uid)?.hostId),
      [65_536, 196_608, 131_072],
    );
  });

  it('run out', async () => {
    const users = createUserNamespaces(paths);
    for (let index = 0; index < 110; index++) await users.assign(await podOf(`u${index}`, false));
    await assert.rejects(
      podOf('more', false).then((pod) => users.assign(pod)),
      /could not find an empty slot to allocate a user namespace/,
    );
  });
});
