import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../../base/events.ts';
import { followLog, type LogOptions } from './logReader.ts';
import { rotateOne } from './logRotation.ts';
import { readLogTail } from './logTail.ts';

const line = (text: string, options: { stream?: string; tag?: string; second?: number } = {}): string => {
  const { stream = 'stdout', tag = 'F', second = 1 } = options;
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}.123456789Z ${stream} ${tag} ${text}\n`;
};
const plain: LogOptions = {
  follow: false,
  timestamps: false,
  tailLines: undefined,
  limitBytes: undefined,
  since: undefined,
  stream: undefined,
};

describe('container logs', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelhouse-logs-'));
    path = join(directory, '0.log');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const dead = { isAlive: () => false, onExit: () => ({ dispose: () => undefined }) };
  const never = new AbortController().signal;
  const read = async (options: Partial<LogOptions> = {}): Promise<string> => {
    let text = '';
    for await (const chunk of followLog(path, { ...plain, ...options }, dead, never))
      text += chunk.toString();
    return text;
  };

  it('gives the text without its heads', async () => {
    await writeFile(path, line('one') + line('') + line('two words'));
    assert.equal(await read(), 'one\n\ntwo words\n');
  });

  it('joins pieces of a line, with one time stamp', async () => {
    await writeFile(path, line('par', { tag: 'P' }) + line('tial', { tag: 'F' }) + line('x'));
    assert.equal(await read(), 'partial\nx\n');
    const stamp = '2026-01-01T00:00:01.123456789Z';
    assert.equal(await read({ timestamps: true }), `${stamp} partial\n${stamp} x\n`);
  });

  it('picks a stream, a time and a size', async () => {
    await writeFile(
      path,
      line('out') + line('err', { stream: 'stderr', second: 2 }) + line('late', { second: 3 }),
    );
    assert.equal(await read({ stream: 'stderr' }), 'err\n');
    assert.equal(await read({ since: Date.parse('2026-01-01T00:00:02Z') }), 'err\nlate\n');
    assert.equal(await read({ limitBytes: 5 }), 'out\ne');
  });

  for (const [tailLines, expected] of [
    [0, ''],
    [1, 'c\n'],
    [2, 'long\nc\n'],
    [9, 'a\nlong\nc\n'],
  ] as const) {
    it(`gives the last ${tailLines} lines, pieces counting once`, async () => {
      await writeFile(path, line('a') + line('lo', { tag: 'P' }) + line('ng') + line('c'));
      assert.equal(await read({ tailLines }), expected);
    });
  }

  it('never gives more than the last lines that were there when they were asked for', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => line(`line ${index}`)).join('');
    await writeFile(path, lines);
    let text = '';
    for await (const chunk of followLog(path, { ...plain, tailLines: 15_000 }, dead, never)) {
      text += chunk.toString();
      await appendFile(path, lines);
    }
    assert.equal(text.split('\n').length, 15_001);
    assert.ok(text.endsWith('line 19999\n'));
  });

  it('finds the last lines of a long log', async () => {
    await writeFile(path, Array.from({ length: 20_000 }, (_, index) => line(`line ${index}`)).join(''));
    assert.equal(await read({ tailLines: 2 }), 'line 19998\nline 19999\n');
    assert.equal(
      (await read()).length,
      Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join('').length,
    );
  });

  it('follows what is written, over a rotation, until the container has ended', async () => {
    await writeFile(path, line('first'));
    const exits = new Emitter<undefined>();
    const state = { isAlive: true };
    const container = {
      isAlive: () => state.isAlive,
      onExit: (listener: () => void) => exits.event(() => listener()),
    };
    const seen: string[] = [];
    for await (const chunk of followLog(path, { ...plain, follow: true }, container, never)) {
      seen.push(chunk.toString());
      if (seen.length === 1) await appendFile(path, line('second'));
      if (seen.length === 2) {
        await rename(path, `${path}.1`);
        await writeFile(path, line('third'));
      }
      if (seen.length === 3) {
        await appendFile(path, line('last'));
        state.isAlive = false;
        exits.fire(undefined);
      }
    }
    assert.equal(seen.join(''), 'first\nsecond\nthird\nlast\n');
  });

  it('stops following when nobody listens any more', async () => {
    await writeFile(path, line('first'));
    const abort = new AbortController();
    const container = { isAlive: () => true, onExit: () => ({ dispose: () => undefined }) };
    for await (const chunk of followLog(path, { ...plain, follow: true }, container, abort.signal)) {
      assert.equal(chunk.toString(), 'first\n');
      abort.abort();
    }
  });

  it('readLogTail gives the last words within its limits', async () => {
    await writeFile(path, Array.from({ length: 200 }, (_, index) => line(`word ${index}`)).join(''));
    assert.equal(await readLogTail(path, { bytes: 2048, lines: 2 }), 'word 198\nword 199\n');
    assert.equal(await readLogTail(path, { bytes: 9, lines: 80 }), 'word 199\n');
  });

  it('rotateOne keeps four old files and lets the runtime open a new one', async () => {
    const reopened: string[] = [];
    const runtime = {
      async reopenLog(id: string) {
        reopened.push(id);
        await writeFile(path, '');
      },
    };
    for (let round = 0; round < 6; round++) {
      await writeFile(path, `${round}`.repeat(100));
      assert.equal(await rotateOne(runtime, 'c1', path, 100), true);
    }
    assert.deepEqual((await readdir(directory)).sort(), [
      '0.log',
      '0.log.1',
      '0.log.2',
      '0.log.3',
      '0.log.4',
    ]);
    assert.equal(await readFile(`${path}.1`, 'utf8'), '5'.repeat(100));
    assert.equal(await rotateOne(runtime, 'c1', path, 100), false);
    assert.equal(reopened.length, 6);
  });
});
