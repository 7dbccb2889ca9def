import assert from 'node:assert/strict';
import { fakeTerminals, type PlayedProgram } from '../../../../test/harness/fakeTerminals.ts';
import { systemProcesses, type ProcessRunner } from '../../../host/processes.ts';
import { heard } from '../commandInput.ts';
import { vagrantFolder } from './folder.ts';
import { openSshShell, sshArguments, sshExecute } from './ssh.ts';

const never = new AbortController().signal;
const folder = vagrantFolder('/home/me/my clusters/c1/vagrant');
const target = { address: '192.168.56.11', name: 'n1', folder, node: folder.node('n1') };

describe('SSH to a machine', () => {
  it('uses the cluster’s key alone, learns the machine’s once, and nothing of the user’s configuration', () => {
    const line = sshArguments(target).join(' ');
    assert.match(line, /^-F none /);
    assert.match(
      line,
      /-o IdentityFile="\/home\/me\/my clusters\/c1\/vagrant\/ssh\/id" -o IdentitiesOnly=yes/,
    );
    assert.match(
      line,
      /-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="[^"]*\/nodes\/n1\/known_hosts"/,
    );
    assert.match(line, / -o HostKeyAlias=n1 /);
    assert.match(line, / vagrant@192\.168\.56\.11$/);
  });

  it('openSshShell() is a root shell of that size, as a stream that ends with it', async () => {
    let program: PlayedProgram | undefined;
    const terminals = fakeTerminals((started) => {
      program = started;
      started.say('root@n1:~# ');
    });
    const shell = await openSshShell(terminals, target, { columns: 91, rows: 33 });
    const { command, args, options } = terminals.started[0]!;
    assert.deepEqual([command, args[0], args.at(-1)], ['ssh', '-tt', 'stty cols 91 rows 33; exec sudo -i']);
    assert.deepEqual([options.columns, options.rows], [91, 33]);
    let said = '';
    shell.stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.endsWith('# ')) shell.stream.write('exit 3\n');
      if (said.endsWith('exit\r\n')) program?.exit(3);
    });
    while (program?.typed.length !== 1) await new Promise((resolve) => setImmediate(resolve));
    program.say('exit\r\n');
    assert.equal(await shell.exited, 3);
    await new Promise((resolve) => shell.stream.once('end', resolve));
    assert.deepEqual([said, program.typed], ['root@n1:~# exit\r\n', ['exit 3\n']]);
    shell.stream.destroy();
  });

  it('openSshShell() ends when its stream is dropped', async () => {
    const terminals = fakeTerminals(() => undefined);
    const shell = await openSshShell(terminals, target, { columns: 80, rows: 24 });
    shell.stream.destroy();
    assert.equal(await shell.exited, 137);
    assert.deepEqual(terminals.started[0]?.signals, ['SIGKILL']);
  });

  describe('sshExecute()', () => {
    /** Runs a shell line here in the place of ssh. */
    const instead = (line: string): ProcessRunner => ({
      ...systemProcesses,
      spawn: (_command, _args, options) => systemProcesses.spawn('sh', ['-c', line], options),
    });
    async function* input(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
      for (const part of parts) yield await Promise.resolve(Buffer.from(part));
    }

    const execute = (line: string, from: AsyncIterable<Uint8Array>, signal = never) =>
      heard(from, (streams) => sshExecute(instead(line), target, 'x', streams, signal));

    it('runs the line as root, whatever is in it', async () => {
      const lines: (string | undefined)[] = [];
      const processes: ProcessRunner = {
        ...systemProcesses,
        spawn: (_command, args, options) => {
          lines.push(args.at(-1));
          return systemProcesses.spawn('true', [], options);
        },
      };
      await heard(input(), (streams) => sshExecute(processes, target, `echo 'a "b"'`, streams, never));
      assert.deepEqual(lines, [`sudo sh -c 'echo '\\''a "b"'\\'''`]);
    });

    it('a command that ends is not fed any more, whether its input ends or not', async () => {
      const silent = async function* (): AsyncGenerator<Uint8Array> {
        yield await new Promise<Uint8Array>(() => undefined);
      };
      assert.deepEqual(await execute('echo done', silent()), { code: 0, output: 'done' });
    });

    it('feeds the command, and tells what it said and how it ended', async () => {
      const line = 'cat; echo " said" >&2; exit 4';
      assert.deepEqual(await execute(line, input('a', 'b')), {
        code: 4,
        output: 'ab said',
      });
    });

    it('a command that ends before its input tells why', async () => {
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024));
      };
      const { code, output } = await execute('echo full; exit 1', endless());
      assert.deepEqual([code, output], [1, 'full']);
    });

    it('rejects with the failure of its input, and with the reason where it is aborted', async () => {
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('a'));
        throw new Error('the file is gone');
      };
      await assert.rejects(execute('cat', failing()), /the file is gone/);
      const abort = new AbortController();
      const running = execute('exec sleep 60', input('a'), abort.signal);
      setImmediate(() => abort.abort(new Error('enough')));
      await assert.rejects(running, /^Error: enough$/);
    });
  });
});
