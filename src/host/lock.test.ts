import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { fileTurns } from './lock.ts';

const deferred = () => createDeferred<undefined>();

describe('fileTurns()', () => {
  let folder: string;
  const { signal } = new AbortController();
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-lock-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one work while the other waits, and tells it that it does', async () => {
    const turns = fileTurns(path.join(folder, 'locks'), systemClock);
    const order: string[] = [];
    const [has, waits, goOn] = [deferred(), deferred(), deferred()];
    const first = turns.take(
      'image',
      async () => {
        has.resolve(undefined);
        await goOn.promise;
        order.push('first');
      },
      signal,
    );
    await has.promise;
    const second = turns.take(
      'image',
      () => Promise.resolve(order.push('second')),
      signal,
      () => waits.resolve(undefined),
    );
    await turns.take('other', () => Promise.resolve(order.push('other')), signal);
    await waits.promise;
    goOn.resolve(undefined);
    await Promise.all([first, second]);
    assert.deepEqual(order, ['other', 'first', 'second']);
    assert.deepEqual(await readdir(path.join(folder, 'locks')), []);
  });

  it('takes over from a process that is gone, and frees the turn where the work fails', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(path.join(folder, 'image.lock'), String(pid));
    const turns = fileTurns(folder, systemClock);
    await assert.rejects(
      turns.take('image', () => Promise.reject(new Error('no disk')), signal),
      /no disk/,
    );
    assert.equal(await turns.take('image', () => Promise.resolve('done'), signal), 'done');
  });

  it('stops waiting when it is told to', async () => {
    const turns = fileTurns(folder, systemClock);
    const [has, goOn] = [deferred(), deferred()];
    const first = turns.take('image', () => (has.resolve(undefined), goOn.promise), signal);
    await has.promise;
    const stop = new AbortController();
    const second = turns.take(
      'image',
      () => Promise.resolve(),
      stop.signal,
      () => stop.abort(new Error('stopped')),
    );
    await assert.rejects(second, /stopped/);
    goOn.resolve(undefined);
    await first;
  });
});
