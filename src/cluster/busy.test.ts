import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../base/clock.ts';
import { assertFree, firstOfAll, inTurn, untilFree, whileBusy } from './busy.ts';
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

  it('of many who find what a process that is gone has left, one takes over', async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(paths.busy, JSON.stringify({ pid: 2 ** 30, doing: 'x' }));
      let at = 0;
      const one = (): Promise<void> =>
        whileBusy(paths, 'it', async () => {
          assert.equal(++at, 1);
          await new Promise((resolve) => setImmediate(resolve));
          at--;
        });
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, one));
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.match(String(outcome.reason), /is it\. Wait/);
      }
      assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
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

describe('inTurn()', () => {
  let home: string;
  let paths: ClusterPaths;
  const clock = new FakeClock();

  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-turn-'));
    paths = clusterPaths(path.join(home, 'dev'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const take = (order: string[], name: string, run = () => Promise.resolve(), signal?: AbortSignal) =>
    inTurn(
      paths,
      `starting ${name}`,
      {
        clock,
        signal: signal ?? new AbortController().signal,
        onWait: (who) => void order.push(`${name} waits: ${who}`),
      },
      () => {
        order.push(name);
        return run();
      },
    );

  it('lets one after the other, tells who waits for whom, and leaves nothing', async () => {
    const order: string[] = [];
    let waiting: Promise<void> | undefined;
    await take(order, 'a', async () => {
      waiting = take(order, 'b');
      while (order.length < 2) await new Promise((resolve) => setImmediate(resolve));
      await assert.rejects(
        firstOfAll(paths, 'creating it', () => Promise.resolve()),
        /already: process \d+ is starting a\. Choose another name/,
      );
    });
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(500);
    await waiting;
    assert.deepEqual(order, [
      'a',
      `b waits: process ${process.pid} is starting a (if that is another program, delete ${paths.starting})`,
      'b',
    ]);
    assert.deepEqual(await readdir(home), []);
  });

  it('who waits can be stopped', async () => {
    const order: string[] = [];
    await take(order, 'a', async () => {
      const stop = new AbortController();
      const waiting = take(order, 'b', undefined, stop.signal);
      stop.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
    });
    assert.ok(!order.includes('b'));
  });
});
