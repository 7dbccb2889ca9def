import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeTerminals, type PlayedProgram } from '../../../../test/harness/fakeTerminals.ts';
import { FakeClock } from '../../../base/clock.ts';
import { MachineError, type Progress } from '../contract.ts';
import { INTERRUPT_GRACE_MS, VagrantCommand, type VagrantCall } from './vagrantCommand.ts';

const never = new AbortController().signal;

describe('VagrantCommand', () => {
  const call = (more: Partial<VagrantCall> = {}): VagrantCall => ({
    args: ['up', 'n1'],
    folder: '/clusters/c1/vagrant',
    signal: never,
    machine: 'n1',
    failure: 'machine n1 could not be created',
    ...more,
  });
  const commandThat = (
    play: (program: PlayedProgram) => void,
    clock = new FakeClock(),
    platform: NodeJS.Platform = 'linux',
  ) => {
    const terminals = fakeTerminals(play);
    return {
      command: new VagrantCommand({ terminals, clock, platform, env: { VAGRANT_HOME: '/h' } }),
      terminals,
      clock,
    };
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('runs Vagrant in its folder, without its own calls home, and tells what its output says', async () => {
    const { command, terminals } = commandThat((program) => {
      program.say('==> n1: Importing base box\r\nProgress: 50%');
      program.say('\r\u001b[K==> n2: not mine\r\n');
      program.exit(0);
    });
    const steps: unknown[] = [];
    const lines = await command.run(call({ progress: { report: (step) => steps.push(step) } }));
    assert.deepEqual(lines, ['==> n1: Importing base box', 'Progress: 50%', '==> n2: not mine']);
    assert.deepEqual(steps, [
      { machine: 'n1', message: 'Importing base box' },
      { machine: 'n1', message: 'Importing base box', fraction: 0.5 },
    ]);
    const [{ command: name, args, options }] = terminals.started as [PlayedProgram];
    assert.deepEqual([name, ...args], ['vagrant', 'up', 'n1', '--no-color']);
    assert.deepEqual(options.env, {
      VAGRANT_CHECKPOINT_DISABLE: '1',
      VAGRANT_CWD: '/clusters/c1/vagrant',
      VAGRANT_VAGRANTFILE: 'Vagrantfile',
      VAGRANT_DOTFILE_PATH: '.vagrant',
      VAGRANT_HOME: '/h',
    });
  });

  it('runs on pipes on Windows, whose terminals redraw lines', async () => {
    const { command, terminals } = commandThat(
      (program) => {
        program.say('==> n1: Importing base box\nProgress: 50%\n');
        program.exit(0);
      },
      new FakeClock(),
      'win32',
    );
    assert.deepEqual(await command.run(call()), ['==> n1: Importing base box', 'Progress: 50%']);
    assert.equal(terminals.started[0]?.options.pipes, true);
  });

  it('a failure says what Vagrant said, what to do, and where the whole output is', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-vagrant-'));
    const log = path.join(folder, 'logs', 'n1.log');
    const { command } = commandThat((program) => {
      program.say(
        '==> n1: Booting VM...\nStderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)\n',
      );
      program.exit(1);
    });
    await assert.rejects(command.run(call({ log })), (error) => {
      assert.ok(error instanceof MachineError);
      assert.match(
        error.message,
        /^machine n1 could not be created: Stderr: VBoxManage: error: VT-x is not available/,
      );
      assert.match(error.remedy, /^Turn on virtualization .* All that Vagrant said is in .*n1\.log\.$/);
      return true;
    });
    assert.match(await readFile(log, 'utf8'), /^==> n1: Booting VM\.\.\.\nStderr/);
    assert.equal((await stat(log)).mode & 0o777, 0o600);
    await rm(folder, { recursive: true });
  });

  it('asks what Vagrant asks, when it has stood for a moment, and types the answer', async () => {
    const { command, clock, terminals } = commandThat((program) => {
      program.say('Username? bob\r\nPassword (will be hidden): ');
    });
    const asked: unknown[] = [];
    const progress: Progress = {
      report: () => undefined,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve('pa55');
      },
    };
    const done = command.run(call({ progress }));
    await settle();
    await settle();
    assert.deepEqual(asked, []);
    await clock.advance(300);
    assert.deepEqual(asked, [{ machine: 'n1', text: 'Password (will be hidden):', secret: true }]);
    const [program] = terminals.started as [PlayedProgram];
    assert.deepEqual(program.typed, ['pa55\r']);
    program.say('\r\nthanks\r\n');
    program.exit(0);
    assert.deepEqual(await done, ['Username? bob', 'Password (will be hidden):', 'thanks']);
    assert.equal(clock.pending, 0);
  });

  it('is not fooled by a line that only took its time', async () => {
    const { command, clock, terminals } = commandThat((program) => program.say('Which one?'));
    const done = command.run(
      call({ progress: { report: () => undefined, ask: () => assert.fail('asked') } }),
    );
    await settle();
    await settle();
    await clock.advance(200);
    const [program] = terminals.started as [PlayedProgram];
    program.say(' None, thanks\r\n');
    await clock.advance(1000);
    program.exit(0);
    assert.deepEqual(await done, ['Which one? None, thanks']);
  });

  it('interrupts Vagrant where nobody answers, and says what was asked', async () => {
    const { command, clock, terminals } = commandThat((program) => program.say('Really? [y/N] '));
    const done = command.run(call());
    const failed = assert.rejects(
      done,
      /Vagrant asked “Really\? \[y\/N\]”, and nobody answered.*vagrant up n1/,
    );
    await settle();
    await settle();
    await clock.advance(300);
    const [program] = terminals.started as [PlayedProgram];
    assert.deepEqual(program.signals, ['SIGINT']);
    program.exit(130);
    await failed;
  });

  it('aborting interrupts, then kills; it rejects with the reason once Vagrant is gone', async () => {
    const { command, clock, terminals } = commandThat(() => undefined);
    const abort = new AbortController();
    let over = false;
    const done = command.run(call({ signal: abort.signal })).finally(() => (over = true));
    const failed = assert.rejects(done, /^Error: enough$/);
    await settle();
    await settle();
    abort.abort(new Error('enough'));
    const [program] = terminals.started as [PlayedProgram];
    assert.deepEqual(program.signals, ['SIGINT']);
    await clock.advance(INTERRUPT_GRACE_MS - 1);
    assert.deepEqual([program.signals, over], [['SIGINT'], false]);
    await clock.advance(1);
    assert.deepEqual(program.signals, ['SIGINT', 'SIGKILL']);
    await failed;
    assert.equal(clock.pending, 0);
  });

  it('starts nothing where it is aborted before', async () => {
    const { command, terminals } = commandThat(() => undefined);
    await assert.rejects(command.run(call({ signal: AbortSignal.abort(new Error('no')) })), /^Error: no$/);
    assert.equal(terminals.started.length, 0);
  });
});
