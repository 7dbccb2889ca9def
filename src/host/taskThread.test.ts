import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeClock, systemClock } from '../base/clock.ts';
import { TaskError, TaskThread, type TaskThreadOptions } from './taskThread.ts';

const THREAD = `
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', (task) => {
  if (task === 'hang') for (;;);
  if (task === 'throw') throw new Error('no such task');
  parentPort.postMessage({ task, threadId });
});
`;

interface Answer {
  readonly task: string;
  readonly threadId: number;
}

describe('TaskThread', () => {
  let folder: string;
  let thread: TaskThread<string, Answer>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-thread-'));
    await writeFile(path.join(folder, 'thread.cjs'), THREAD);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => thread.stop());

  const start = (more: Partial<TaskThreadOptions> = {}): void => {
    thread = new TaskThread({
      entry: path.join(folder, 'thread.cjs'),
      clock: systemClock,
      limitMs: 10_000,
      maxWaiting: 2,
      idleMs: 10_000,
      ...more,
    });
  };
  const failsWith = (reason: TaskError['reason']) => (error: unknown) =>
    error instanceof TaskError && error.reason === reason;

  it('does tasks in their order on one thread', async () => {
    start();
    const [a, b] = await Promise.all([thread.run('a'), thread.run('b')]);
    assert.deepEqual([a.task, b.task], ['a', 'b']);
    assert.equal(a.threadId, b.threadId);
    assert.notEqual(a.threadId, 0);
  });

  it('gives up what takes too long, and does the next on a new thread', async () => {
    start({ limitMs: 300 });
    const hanging = assert.rejects(thread.run('hang'), failsWith('time'));
    const next = thread.run('b');
    await hanging;
    assert.equal((await next).task, 'b');
  });

  it('tells what goes wrong in the thread', async () => {
    start();
    await assert.rejects(thread.run('throw'), /no such task/);
    assert.equal((await thread.run('d')).task, 'd');
  });

  it('takes no more than may wait, and none once it is stopped', async () => {
    start();
    const taken = [thread.run('hang'), thread.run('a'), thread.run('b')];
    await assert.rejects(thread.run('c'), failsWith('busy'));
    const given = Promise.all(taken.map((task) => assert.rejects(task, failsWith('ended'))));
    await thread.stop();
    await given;
    await assert.rejects(thread.run('d'), failsWith('ended'));
  });

  it('ends when there is nothing to do, and starts again', async () => {
    const clock = new FakeClock();
    start({ clock, idleMs: 1000 });
    const first = await thread.run('a');
    await clock.advance(999);
    assert.equal((await thread.run('b')).threadId, first.threadId);
    await clock.advance(1000);
    assert.equal(clock.pending, 0);
    assert.notEqual((await thread.run('c')).threadId, first.threadId);
  });
});
