import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { terminalQuestions } from './questions.ts';

describe('terminalQuestions()', () => {
  class Terminal extends PassThrough {
    readonly isTTY = true;
    setRawMode(): this {
      return this;
    }
  }
  let input: Terminal;
  let output: Terminal;
  let shown: string;
  let stop: AbortController;

  beforeEach(() => {
    input = new Terminal();
    output = new Terminal();
    shown = '';
    output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    stop = new AbortController();
  });

  const asker = (): ReturnType<typeof terminalQuestions> =>
    terminalQuestions({ input, output, signal: stop.signal, interrupt: () => stop.abort() });

  it('gives what is typed, and names the machine', async () => {
    const answer = asker()({ machine: 'dev-1', text: 'Which bridge?', secret: false });
    input.write('eth0\r');
    assert.equal(await answer, 'eth0');
    assert.match(shown, /^dev-1: Which bridge\? /);
    assert.match(shown, /eth0/);
  });

  it('does not show the answer to a secret question', async () => {
    const answer = asker()({ machine: '', text: 'Password:', secret: true });
    input.write('hunter2\r');
    assert.equal(await answer, 'hunter2');
    assert.equal(shown, 'Password: \n');
  });

  it('asks one question after another', async () => {
    const ask = asker();
    const first = ask({ machine: 'a', text: '1?', secret: false });
    const second = ask({ machine: 'b', text: '2?', secret: false });
    await new Promise((resolve) => setImmediate(resolve));
    assert.doesNotMatch(shown, /b: 2\?/);
    input.write('one\r');
    assert.equal(await first, 'one');
    await new Promise((resolve) => setImmediate(resolve));
    input.write('two\r');
    assert.equal(await second, 'two');
  });

  it('gives nothing where nobody sits there, or the command is stopped', async () => {
    const pipe = new PassThrough();
    const nobody = terminalQuestions({
      input: pipe,
      output: pipe,
      signal: stop.signal,
      interrupt: () => undefined,
    });
    assert.equal(await nobody({ machine: '', text: '?', secret: false }), undefined);
    const answer = asker()({ machine: '', text: '?', secret: false });
    await new Promise((resolve) => setImmediate(resolve));
    input.write('\u0003');
    assert.equal(await answer, undefined);
    assert.equal(stop.signal.aborted, true);
    assert.equal(await asker()({ machine: '', text: '?', secret: false }), undefined);
  });
});
