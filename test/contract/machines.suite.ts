import assert from 'node:assert/strict';
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
}

const never = new AbortController().signal;

/** What every MachineProvider holds to. The suite deletes what it makes. */
export function machinesContract(name: string, setUp: () => Promise<MachinesUnderTest>): void {
  describe(`MachineProvider: ${name}`, () => {
    let provider: MachineProvider;
    let cluster: string;
    let reports: string[];
    const progress: Progress = { report: ({ machine }) => void reports.push(machine) };
    const spec = (machine: string): MachineSpec => ({
      cluster,
      name: machine,
      files: [{ path: '/etc/wheelhouse/bootstrap.json', content: '{"secret":1}', mode: 0o600 }],
    });
    const create = (machine: string): Promise<Machine> => provider.create(spec(machine), progress, never);
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await provider.list(cluster)).map((machine) => [machine.name, machine.state]));

    before(async () => {
      ({ provider, cluster } = await setUp());
      reports = [];
      await provider.prepare(cluster, progress, never);
    });

    beforeEach(() => {
      reports = [];
    });

    afterEach(async () => {
      for (const machine of await provider.list(cluster)) await provider.delete(machine, never);
    });

    after(async () => {
      await provider.cleanUp(cluster);
    });

    it('preflight() finds nothing in the way', async () => {
      assert.deepEqual(await provider.preflight(never), []);
    });

    it('prepare() may be repeated, and hostAddress() tells an IP address then', async () => {
      await provider.prepare(cluster, progress, never);
      assert.match(await provider.hostAddress(cluster), /^\d+\.\d+\.\d+\.\d+$/);
    });

    it('create() makes machines that run, with progress for each; list() finds those of the cluster', async () => {
      const made = await Promise.all(['a', 'b'].map(create));
      assert.deepEqual(
        made.map((machine) => [machine.cluster, machine.name, machine.state]),
        [
          [cluster, 'a', 'running'],
          [cluster, 'b', 'running'],
        ],
      );
      assert.ok(reports.includes('a') && reports.includes('b'));
      assert.deepEqual(await provider.list(cluster), made);
      assert.deepEqual(
        (await provider.list()).filter((machine) => machine.cluster === cluster),
        made,
      );
      assert.deepEqual(await provider.list(`${cluster}-other`), []);
    });

    it('create() of a machine that is there gives it back', async () => {
      const first = await create('a');
      assert.equal((await create('a')).id, first.id);
      assert.equal((await provider.list(cluster)).length, 1);
    });

    it('create() that is aborted leaves nothing behind', async () => {
      const abort = new AbortController();
      const stopping: Progress = { report: () => abort.abort(new Error('enough')) };
      await provider.create(spec('a'), stopping, abort.signal).then(
        // A provider may be done before it sees the signal: then the machine is whole.
        (machine) => assert.equal(machine.state, 'running'),
        async (error: unknown) => {
          assert.equal((error as Error).message, 'enough');
          assert.deepEqual(await provider.list(cluster), []);
        },
      );
      await assert.rejects(
        provider.create(spec('b'), progress, AbortSignal.abort(new Error('no'))),
        /^Error: no$/,
      );
      assert.ok(!('b' in (await states())));
    });

    it('stop() and start() may be repeated, and keep the machine', async () => {
      const machine = await create('a');
      await provider.stop(machine, never);
      await provider.stop(machine, never);
      assert.deepEqual(await states(), { a: 'stopped' });
      await provider.start(machine, progress, never);
      const again = await provider.start(machine, progress, never);
      assert.equal(again.id, machine.id);
      assert.deepEqual(await states(), { a: 'running' });
    });

    it('pause() freezes a machine until start(), and a paused one can be stopped', async () => {
      const machine = await create('a');
      await provider.pause(machine, never);
      await provider.pause(machine, never);
      assert.deepEqual(await states(), { a: 'paused' });
      await provider.start(machine, progress, never);
      assert.deepEqual(await states(), { a: 'running' });
      await provider.pause(machine, never);
      await provider.stop(machine, never);
      assert.deepEqual(await states(), { a: 'stopped' });
    });

    it('delete() takes a machine in any state, may be repeated, and leaves the others', async () => {
      const [a] = await Promise.all(['a', 'b'].map(create));
      assert.ok(a !== undefined);
      await provider.stop(a, never);
      await provider.delete(a, never);
      await provider.delete(a, never);
      assert.deepEqual(await states(), { b: 'running' });
    });

    it('start(), stop() and pause() of a machine that is gone reject with a MachineError that names it', async () => {
      const machine = await create('gone');
      await provider.delete(machine, never);
      for (const attempt of [
        () => provider.start(machine, progress, never),
        () => provider.stop(machine, never),
        () => provider.pause(machine, never),
      ]) {
        await assert.rejects(
          attempt,
          (error) => error instanceof MachineError && error.message.includes('gone'),
        );
      }
    });
  });
}
