import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../base/clock.ts';
import { assertFree, untilFree, whileBusy } from './busy.ts';
import { clusterPaths, type ClusterPaths } from './paths.ts';

describe('whileBusy()', () => {
  const never = new AbortController().signal;
  let paths: ClusterPaths;

  beforeEach(async () => {
    paths = clusterPaths(await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-busy-')));
  });
  afterEach(() => rm(paths.folder, { recursive: true }));

  it('has the cluster for itself, and lets it go also where it fails', async () => {
    await whileBusy(paths, 'saving it', async () => {
      await assert.rejects(assertFree(paths), /busy: process \d+ is saving it\. Wait until it is done/);
      await assert.rejects(
        whileBusy(paths, 'more', () => Promise.resolve()),
        /is saving it/,
      );
    });
    await assert.rejects(
      whileBusy(paths, 'failing', () => Promise.reject(new Error('no'))),
      /^Error: no$/,
    );
    await assertFree(paths);
    assert.deepEqual(await readdir(paths.folder), []);
  });

  it('takes over what a process that is gone, or was broken off, has left', async () => {
    for (const left of [JSON.stringify({ pid: 2 ** 30, doing: 'x' }), '']) {
      await writeFile(paths.busy, left);
      await untilFree(paths, new FakeClock(), never);
      assert.equal(await whileBusy(paths, 'again', () => Promise.resolve(1)), 1);
    }
  });

  it('untilFree() ends with the signal', async () => {
    await whileBusy(paths, 'saving it', async () => {
      const abort = new AbortController();
      const waiting = untilFree(paths, new FakeClock(), abort.signal);
      abort.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
    });
  });
});
