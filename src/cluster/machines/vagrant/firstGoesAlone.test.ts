import assert from 'node:assert/strict';
import { FirstGoesAlone } from './firstGoesAlone.ts';

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('FirstGoesAlone', () => {
  it('holds the others back until the first has made what they share', async () => {
    const gate = new FirstGoesAlone();
    let there = false;
    const log: string[] = [];
    const enter = async (name: string) => {
      const leave = await gate.enter('box', () => Promise.resolve(there), never);
      log.push(name);
      return leave;
    };
    const [a, b, c] = ['a', 'b', 'c'].map(enter);
    const other = await gate.enter('another box', () => Promise.resolve(false), never);
    other();
    await settle();
    assert.deepEqual(log, ['a']);
    there = true;
    (await a!)();
    await Promise.all([b, c]);
    assert.deepEqual(log, ['a', 'b', 'c']);
  });

  it('lets the next one be the first where the first gave up, and one that is aborted go', async () => {
    const gate = new FirstGoesAlone();
    const abort = new AbortController();
    const ready = () => Promise.resolve(false);
    const leave = await gate.enter('box', ready, never);
    const gone = gate.enter('box', ready, abort.signal);
    const second = gate.enter('box', ready, never);
    abort.abort(new Error('enough'));
    await assert.rejects(gone, /^Error: enough$/);
    leave();
    (await second)();
    await assert.rejects(
      gate.enter('box', () => Promise.reject(new Error('no answer')), never),
      /no answer/,
    );
    (await gate.enter('box', ready, never))();
  });
});
