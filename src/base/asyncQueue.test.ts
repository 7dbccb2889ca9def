import assert from 'node:assert/strict';
import { AsyncQueue } from './asyncQueue.ts';

describe('AsyncQueue', () => {
  it('gives what was pushed before and after the reader came, in order, and ends with the signal', async () => {
    const queue = new AsyncQueue<number>();
    const abort = new AbortController();
    queue.push(1);
    queue.push(2);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of queue.read(abort.signal)) seen.push(value);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    queue.push(3);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await reading;
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('ends at once where the signal has aborted before', async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    const next = await queue.read(AbortSignal.abort()).next();
    assert.equal(next.done, true);
  });
});
