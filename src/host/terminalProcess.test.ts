import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { terminalRunner, type TerminalProcess } from './terminalProcess.ts';

describe('terminalRunner', () => {
  /** Starts a shell line; what it has said so far, and a wait for words. */
  const start = async (modules: readonly string[], line: string, options = {}) => {
    let said = '';
    const heard = new EventTarget();
    const onData = (chunk: Buffer): void => {
      said += chunk.toString();
      heard.dispatchEvent(new Event('data'));
    };
    const process = await terminalRunner(modules).start('sh', ['-c', line], { onData, ...options });
    const until = async (words: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = words.exec(said);
        if (found !== null) return found;
        await once(heard, 'data');
      }
    };
    return { process, until, said: () => said };
  };

  for (const [name, modules, terminal] of [
    ['a terminal', ['/nowhere/node-pty', 'node-pty'], true],
    ['plain pipes where no native module loads', ['/nowhere/node-pty'], false],
  ] as const) {
    describe(`on ${name}`, () => {
      it('a program is started with folder and environment, and its output and exit code are told', async () => {
        const line = 'test -t 0 && echo TTY; pwd; echo $WHEELHOUSE_TEST; exit 3';
        const { process, said } = await start(modules, line, { cwd: '/', env: { WHEELHOUSE_TEST: 'x y' } });
        assert.equal(await process.exited, 3);
        assert.equal(process.terminal, terminal);
        assert.equal(said().replaceAll('\r', ''), `${terminal ? 'TTY\n' : ''}/\nx y\n`);
      });

      it('what is written reaches it', async () => {
        const { process, until } = await start(modules, 'read line; echo "got $line"');
        process.write(terminal ? 'words\r' : 'words\n');
        await until(/got words/);
        assert.equal(await process.exited, 0);
      });

      it('an interrupt reaches all that it started; what does not end is killed', async () => {
        const line = `trap 'echo "interrupted"' INT; sh -c 'trap "echo child" INT; echo $$; while :; do sleep 1; done' & echo ready; while :; do wait; done`;
        const { process, until } = await start(modules, line);
        const [, child] = await until(/(\d+)\r?\n/);
        await until(/ready/);
        process.signal('SIGINT');
        await until(/interrupted/);
        process.signal('SIGKILL');
        assert.equal(await process.exited, 137);
        await gone(Number(child));
        process.signal('SIGKILL');
        process.write('late');
      });
    });
  }

  it('a terminal has the size that it is given', async () => {
    const { process, until } = await start(
      ['node-pty'],
      'trap "stty size" WINCH; stty size; while :; do sleep 0.1; done',
      {
        columns: 91,
        rows: 33,
      },
    );
    await until(/33 91/);
    process.resize(100, 20);
    await until(/20 100/);
    process.signal('SIGKILL');
    assert.equal(await process.exited, 137);
  });

  it('what cannot be started is told', async () => {
    for (const modules of [[], ['node-pty']]) {
      const process: TerminalProcess = await terminalRunner(modules).start('/nowhere/program', [], {
        onData: () => undefined,
      });
      await assert.rejects(process.exited, /\/nowhere\/program could not be started: it is not on the PATH/);
      process.write('nothing');
      process.signal('SIGKILL');
    }
  });

  it('plain pipes can be asked for where a terminal could be had', async () => {
    const { process, said } = await start(['node-pty'], 'test -t 0 || echo piped', { pipes: true });
    assert.equal(await process.exited, 0);
    assert.deepEqual([process.terminal, said()], [false, 'piped\n']);
  });

  it('on Windows a program is found by the endings that the system knows', async () => {
    const isFile = (file: string): Promise<boolean> => Promise.resolve(file === 'C:\\bin\\none.EXE');
    const search = { platform: 'win32' as const, env: { Path: 'C:\\bin' }, isFile };
    // It is found, and does not run here.
    const process = await terminalRunner([], search).start('none', [], { onData: () => undefined });
    await assert.rejects(process.exited, /spawn C:\\bin\\none\.EXE ENOENT/);
  });
});

/** A process that was killed is gone, or waits for its parent to hear of it: there is no event for either. */
async function gone(pid: number): Promise<void> {
  const state = (): Promise<string> => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ');
  while (!/ Z /.test(await state())) await new Promise((resolve) => setTimeout(resolve, 20));
}
