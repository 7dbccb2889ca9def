import assert from 'node:assert/strict';
import { BootGate } from './bootGate.ts';

const never = new AbortController().signal;

describe('BootGate', () => {
  /** Enters and notes it; the release that it got. */
  const enter = (gate: BootGate, bytes: number, log: string[], name: string, signal = never) =>
    gate.enter(bytes, signal).then((leave) => {
      log.push(name);
      return leave;
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('lets in as many as there are slots, and the next ones in their order', async () => {
    const gate = new BootGate(2, () => Infinity);
    const log: string[] = [];
    const [a, , c, d] = ['a', 'b', 'c', 'd'].map((name) => enter(gate, 1, log, name));
    await settle();
    assert.deepEqual(log, ['a', 'b']);
    (await a!)();
    (await a!)();
    await settle();
    assert.deepEqual(log, ['a', 'b', 'c']);
    (await c!)();
    await d;
    assert.deepEqual(log, ['a', 'b', 'c', 'd']);
  });

  it('lets in what memory holds, without what those that boot have not taken yet; one may always go', async () => {
    const gate = new BootGate(8, () => 100);
    const log: string[] = [];
    const large = enter(gate, 500, log, 'large');
    const small = enter(gate, 60, log, 'small');
    const other = enter(gate, 60, log, 'other');
    await settle();
    assert.deepEqual(log, ['large']);
    (await large)();
    await settle();
    assert.deepEqual(log, ['large', 'small']);
    assert.ok(gate.full(60) && !gate.full(40));
    (await small)();
    await other;
  });

  it('lets go of one that is aborted while it waits, and those behind it move up', async () => {
    const gate = new BootGate(1, () => Infinity);
    const log: string[] = [];
    const abort = new AbortController();
    const first = enter(gate, 1, log, 'first');
    const gone = enter(gate, 1, log, 'gone', abort.signal);
    const last = enter(gate, 1, log, 'last');
    abort.abort(new Error('enough'));
    await assert.rejects(gone, /^Error: enough$/);
    (await first)();
    await last;
    assert.deepEqual(log, ['first', 'last']);
    await assert.rejects(gate.enter(1, AbortSignal.abort(new Error('no'))), /^Error: no$/);
  });
});
