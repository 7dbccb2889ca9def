import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../../base/clock.ts';
import { ClusterInUseError } from '../errors.ts';
import { writeOwner } from '../owner.ts';
import { clusterPaths, type ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { attachOrStart, startFailure } from './oneOwner.ts';

const profile = { name: 'dev', port: 1 } as ClusterProfile;
const running: RunningControlPlane = {
  server: '',
  owned: true,
  stop: () => Promise.resolve(),
  exited: new Promise(() => undefined),
};

describe('attachOrStart()', () => {
  let paths: ClusterPaths;
  let clock: FakeClock;
  let starts: number;

  beforeEach(async () => {
    paths = clusterPaths(await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-owner-')));
    clock = new FakeClock();
    starts = 0;
  });
  afterEach(() => rm(paths.folder, { recursive: true }));

  /** Nobody answers here; `busy` starts find that another process has the store. */
  const launch = (busy: number, signal = new AbortController().signal): Promise<RunningControlPlane> =>
    attachOrStart({ profile, paths, clock, signal }, async () => {
      starts += 1;
      if (starts <= busy) throw await startFailure(profile, paths, inUse);
      return running;
    });
  const inUse = { type: 'failed', message: 'the store is in use', store: 'in use' } as const;
  const untilWaits = async (): Promise<void> => {
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it('waits for a store that another process is about to let go', async () => {
    const launched = launch(2);
    for (let looks = 0; looks < 2; looks++) {
      await untilWaits();
      await clock.advance(500);
    }
    assert.equal(await launched, running);
    assert.equal(starts, 3);
  });

  it('says in the end who has the cluster, and what to do', async () => {
    await writeOwner(paths, { pid: process.pid, kind: 'editor', since: '2026-01-01T00:00:00Z' });
    const failed = assert.rejects(launch(Infinity), (error) => {
      assert.ok(error instanceof ClusterInUseError);
      assert.equal(
        error.message,
        `cluster dev is in use by an editor, process ${process.pid}, which runs its control plane since ` +
          `2026-01-01T00:00:00Z and does not answer. End the process that has ${paths.store} open, then start the cluster again.`,
      );
      return true;
    });
    for (let seconds = 0; seconds < 20; seconds += 0.5) {
      await untilWaits();
      await clock.advance(500);
    }
    await failed;
  });

  it('tells other failures at once, and stops when it is told to', async () => {
    const { signal } = new AbortController();
    await assert.rejects(
      attachOrStart({ profile, paths, clock, signal }, () => Promise.reject(new Error('no port'))),
      /no port/,
    );
    const stop = new AbortController();
    const launched = launch(Infinity, stop.signal);
    await untilWaits();
    stop.abort(new Error('stopped'));
    await assert.rejects(launched, /stopped/);
  });
});
