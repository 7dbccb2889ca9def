import assert from 'node:assert/strict';
import { heard } from '../../src/cluster/machines/commandInput.ts';
import {
  MachineError,
  type Machine,
  type MachineProvider,
  type MachineSpec,
  type Progress,
} from '../../src/cluster/machines/contract.ts';

export interface MachinesUnderTest {
  readonly provider: MachineProvider;
  /** A cluster's name that nobody else uses. */
  readonly cluster: string;
  /** What the checks ask of each machine: small, where machines are real. */
  readonly size?: Pick<MachineSpec, 'cpus' | 'memoryBytes'>;
}

/** For checks that only one provider has. */
export interface MachineTools {
  readonly provider: () => MachineProvider;
  readonly cluster: () => string;
  /** The machine of this name, running: `m1` and `m2` are there. */
  readonly running: (machine: string) => Promise<Machine>;
}

const never = new AbortController().signal;

/**
 * What every MachineProvider holds to. Machines that take minutes to boot are brought up once: each check takes those
 * that the ones before it have left, and makes what it lacks. The suite deletes what it makes. `more` adds
 * checks, while two machines run.
 */
export function machinesContract(
  name: string,
  setUp: () => Promise<MachinesUnderTest>,
  more?: (tools: MachineTools) => void,
): void {
  describe(`MachineProvider: ${name}`, () => {
    let provider: MachineProvider;
    let cluster: string;
    let size: MachinesUnderTest['size'];
    let reports: string[] = [];
    const progress: Progress = { report: ({ machine }) => void reports.push(machine) };
    const spec = (machine: string): MachineSpec => ({
      cluster,
      name: machine,
      files: [{ path: '/etc/wheelhouse/bootstrap.json', content: '{"secret":1}', mode: 0o600 }],
      ...size,
    });
    const create = (machine: string): Promise<Machine> => provider.create(spec(machine), progress, never);
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await provider.list(cluster)).map((machine) => [machine.name, machine.state]));
    /** The machine, running: as a check before has left it, or made now. */
    const running = async (machine: string): Promise<Machine> => {
      const found = (await provider.list(cluster)).find((candidate) => candidate.name === machine);
      if (found === undefined) return create(machine);
      return found.state === 'running' ? found : provider.start(found, progress, never);
    };
    /** Passes over a check of what these machines do not promise to do. */
    const promises = (capability: keyof MachineProvider['capabilities']): boolean =>
      provider.capabilities[capability];
    const says = (words: string) => (error: unknown) =>
      error instanceof MachineError && error.message.includes(words);

    before(async () => {
      ({ provider, cluster, size } = await setUp());
      await provider.prepare(cluster, progress, never);
    });

    beforeEach(() => {
      reports = [];
    });

    after(async () => {
      for (const machine of await provider.list(cluster)) await provider.delete(machine, never);
      assert.deepEqual(await provider.list(cluster), []);
      await provider.cleanUp(cluster);
      await provider.cleanUp(cluster);
    });

    it('preflight() finds nothing in the way of what is planned', async () => {
      assert.deepEqual(await provider.preflight(never), []);
      assert.deepEqual(await provider.preflight(never, { cluster, machines: [spec('m1'), spec('m2')] }), []);
    });

    it('prepare() may be repeated, and hostAddress() tells an IP address then', async () => {
      const before = await provider.hostAddress(cluster);
      await provider.prepare(cluster, progress, never);
      assert.match(before.address, /^\d+\.\d+\.\d+\.\d+$/);
      assert.deepEqual(await provider.hostAddress(cluster), before);
    });

    it('create() that is aborted leaves nothing behind', async () => {
      const abort = new AbortController();
      const stopping: Progress = { report: () => abort.abort(new Error('enough')) };
      await provider.create(spec('m3'), stopping, abort.signal).then(
        // A provider may be done before it sees the signal: then the machine is whole.
        async (machine) => {
          assert.equal(machine.state, 'running');
          await provider.delete(machine, never);
        },
        (error: unknown) => assert.equal((error as Error).message, 'enough'),
      );
      assert.ok(!('m3' in (await states())));
      await assert.rejects(
        provider.create(spec('m3'), progress, AbortSignal.abort(new Error('no'))),
        /^Error: no$/,
      );
      assert.ok(!('m3' in (await states())));
    });

    it('create() makes machines that run, with progress for each; list() finds those of the cluster', async () => {
      const made = await Promise.all(['m1', 'm2'].map(create));
      assert.deepEqual(
        made.map((machine) => [machine.cluster, machine.name, machine.state]),
        [
          [cluster, 'm1', 'running'],
          [cluster, 'm2', 'running'],
        ],
      );
      assert.ok(reports.includes('m1') && reports.includes('m2'));
      assert.deepEqual(await provider.list(cluster), made);
      assert.deepEqual(
        (await provider.list()).filter((machine) => machine.cluster === cluster),
        made,
      );
      assert.deepEqual(await provider.list(`${cluster}-other`), []);
    });

    it('create() of a machine that is there gives it back', async () => {
      const first = await running('m1');
      const before = await states();
      assert.equal((await create('m1')).id, first.id);
      assert.deepEqual(await states(), before);
    });

    it('shell() is a terminal of the size that is asked for, and tells how it ended', async () => {
      const machine = await running('m1');
      if (!promises('shell')) {
        await assert.rejects(provider.shell(machine, { columns: 80, rows: 24 }), says('m1'));
        return;
      }
      const { stream, exited } = await provider.shell(machine, { columns: 91, rows: 33 });
      let said = '';
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      stream.write('stty size; id -u; exit 7\n');
      assert.equal(await exited, 7);
      assert.match(said, /\b33 91\r\n0\r\n/);
      stream.destroy();
    });

    it('run() feeds a command, passes on what it says, and tells how it ended', async () => {
      const machine = await running('m1');
      const fed = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('fed'));
      };
      const run = (line: string) => heard(fed(), (streams) => provider.run(machine, line, streams, never));
      if (!promises('shell')) {
        await assert.rejects(run('id -u'), says('m1'));
        return;
      }
      assert.deepEqual(await run(`cat; echo " 'said' by $(id -u)" >&2; exit 7`), {
        code: 7,
        output: "fed 'said' by 0",
      });
    });

    more?.({ provider: () => provider, cluster: () => cluster, running });

    it('console() tells what the machine has said, until it is aborted', async () => {
      const machine = await running('m1');
      if (!promises('console')) {
        assert.ok(!('console' in provider));
        return;
      }
      const abort = new AbortController();
      let said = '';
      for await (const text of provider.console!(machine, abort.signal)) {
        said += text;
        abort.abort();
      }
      assert.notEqual(said, '');
    });

    it('snapshots are saved, listed, restored and deleted by name', async () => {
      const machine = await running('m1');
      if (!promises('snapshots')) {
        assert.equal(provider.snapshots, undefined);
        return;
      }
      const snapshots = provider.snapshots!;
      assert.deepEqual(await snapshots.list(machine), []);
      await snapshots.save(machine, 'one', never);
      assert.deepEqual(await snapshots.list(machine), ['one']);
      const restored = await snapshots.restore(machine, 'one', never);
      assert.deepEqual([restored.id, restored.state], [machine.id, 'running']);
      await assert.rejects(snapshots.restore(machine, 'none', never), says('none'));
      await snapshots.delete(machine, 'one', never);
      await snapshots.delete(machine, 'one', never);
      assert.deepEqual(await snapshots.list(machine), []);
    });

    it('pause() freezes a machine until start(), and a paused one can be stopped', async () => {
      const machine = await running('m1');
      if (!promises('pause')) return;
      await provider.pause(machine, never);
      await provider.pause(machine, never);
      assert.equal((await states())['m1'], 'paused');
      await provider.start(machine, progress, never);
      assert.equal((await states())['m1'], 'running');
      await provider.pause(machine, never);
      await provider.stop(machine, never);
      assert.equal((await states())['m1'], 'stopped');
    });

    it('stop() and start() may be repeated, and keep the machine', async () => {
      // Where a check before has left it stopped, it need not boot for this.
      const machine =
        (await provider.list(cluster)).find(({ name: found }) => found === 'm1') ?? (await create('m1'));
      await provider.stop(machine, never);
      await provider.stop(machine, never);
      assert.equal((await states())['m1'], 'stopped');
      await provider.start(machine, progress, never);
      const again = await provider.start(machine, progress, never);
      assert.equal(again.id, machine.id);
      assert.equal((await states())['m1'], 'running');
    });

    it('resize() gives a stopped machine another size', async () => {
      if (!promises('resize')) {
        assert.ok(!('resize' in provider));
        return;
      }
      const machine = await running('m2');
      await provider.stop(machine, never);
      await provider.resize!(machine, { cpus: 2, memoryBytes: 1152 * 2 ** 20 }, never);
      const resized = await provider.start(machine, progress, never);
      assert.deepEqual([resized.id, resized.state], [machine.id, 'running']);
    });

    it('delete() takes a machine in any state, may be repeated, and leaves the others', async () => {
      await running('m1');
      const machine = await running('m2');
      if (promises('pause')) await provider.pause(machine, never);
      await provider.delete(machine, never);
      await provider.delete(machine, never);
      assert.deepEqual(await states(), { m1: 'running' });
    });

    it('start(), stop() and pause() of a machine that is gone reject with a MachineError that names it', async () => {
      const machine: Machine = { ...(await running('m1')), name: 'gone', id: 'gone' };
      for (const attempt of [
        () => provider.start(machine, progress, never),
        () => provider.stop(machine, never),
        () => provider.pause(machine, never),
      ]) {
        await assert.rejects(attempt, says('gone'));
      }
    });
  });
}
