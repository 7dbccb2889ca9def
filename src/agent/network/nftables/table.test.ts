import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/clock.ts';
import { createDeferred } from '../../../base/deferred.ts';
import type { Disposable } from '../../../base/disposable.ts';
import { silentLogger } from '../../../base/logger.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import { BASE_SCRIPT } from './base.ts';
import { PieceBuilder } from './piece.ts';
import { NftTable } from './table.ts';

describe('NftTable', () => {
  let scripts: string[];
  let refuse: boolean;
  let delay: Promise<undefined>;
  let clock: FakeClock;
  let table: NftTable;
  let stop: AbortController;
  let running: Promise<void>;
  let start: Disposable;

  const run = {
    run: (command: string, args: readonly string[], { input = '' }: { input?: string } = {}) => {
      const isCheck = args[0] === '-c';
      assert.deepEqual([command, ...args], isCheck ? ['nft', '-c', '-f', '-'] : ['nft', '-f', '-']);
      if (!isCheck) scripts.push(input);
      if (input.includes('nonsense')) return Promise.reject(new Error('syntax error'));
      if (refuse) return Promise.reject(new Error('busy'));
      return delay.then(() => ({ stdout: '', stderr: '' }));
    },
  } as unknown as ProcessRunner;

  beforeEach(() => {
    scripts = [];
    refuse = false;
    delay = Promise.resolve(undefined);
    clock = new FakeClock();
    table = new NftTable({ run, clock, logger: silentLogger });
    stop = new AbortController();
    start = table.hold();
    running = table.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
    assert.equal(clock.pending, 0);
  });

  const chain = (name: string): PieceBuilder => new PieceBuilder().chain(name, 'drop');

  it('starts with the whole table and then applies only differences', async () => {
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    assert.equal(scripts.length, 1);
    assert.ok(scripts[0]?.startsWith(BASE_SCRIPT));
    table.set('b', chain('b'));
    table.set('c', chain('c'));
    await table.settled();
    assert.equal(scripts.length, 2);
    assert.equal(
      scripts[1],
      'add chain ip wheelhouse b\nadd chain ip wheelhouse c\nadd rule ip wheelhouse b drop\nadd rule ip wheelhouse c drop\n',
    );
  });

  it('applies nothing while somebody holds it', async () => {
    const other = table.hold();
    table.set('a', chain('a'));
    start.dispose();
    await clock.advance(0);
    assert.equal(scripts.length, 0);
    other.dispose();
    await table.settled();
    assert.equal(scripts.length, 1);
  });

  it('settled waits for the transaction under way', async () => {
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    const gate = createDeferred<undefined>();
    delay = gate.promise;
    table.set('b', chain('b'));
    await clock.advance(0);
    assert.equal(scripts.length, 2);
    let isSettled = false;
    const settled = table.settled().then(() => (isSettled = true));
    await clock.advance(0);
    assert.equal(isSettled, false);
    gate.resolve(undefined);
    await settled;
  });

  it('runs nothing where nothing changes', async () => {
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    assert.equal(scripts.length, 1);
  });

  it('deletes an unused chain with the next transaction, unless it is used again', async () => {
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    table.set('a', undefined);
    await table.settled();
    assert.equal(scripts[1], 'flush chain ip wheelhouse a\n');
    table.set('b', chain('b'));
    await table.settled();
    assert.match(scripts[2] ?? '', /^delete chain ip wheelhouse a\n/);
    table.set('b', undefined);
    await table.settled();
    table.set('b', chain('b'));
    await table.settled();
    assert.equal(scripts[4], 'add chain ip wheelhouse b\nadd rule ip wheelhouse b drop\n');
  });

  it('leaves out a piece that is refused, and takes it back when it has changed', async () => {
    table.set('good', chain('good'));
    table.set('bad', new PieceBuilder().chain('bad', 'nonsense'));
    start.dispose();
    await clock.advance(0);
    await clock.advance(200);
    await table.settled();
    assert.match(scripts.at(-1) ?? '', /add rule ip wheelhouse good drop\n$/);
    table.set('bad', chain('bad'));
    await table.settled();
    assert.equal(scripts.at(-1), 'add chain ip wheelhouse bad\nadd rule ip wheelhouse bad drop\n');
  });

  it('writes the whole table again after a failure, with back-off', async () => {
    table.set('a', chain('a'));
    start.dispose();
    await table.settled();
    refuse = true;
    table.set('b', chain('b'));
    await clock.advance(0);
    assert.equal(scripts.length, 2);
    await clock.advance(200);
    assert.equal(scripts.length, 3);
    refuse = false;
    await clock.advance(400);
    await table.settled();
    assert.equal(scripts.length, 4);
    assert.ok(scripts[3]?.startsWith(BASE_SCRIPT));
    assert.match(scripts[3] ?? '', /add rule ip wheelhouse a drop\nadd rule ip wheelhouse b drop\n$/);
  });
});
