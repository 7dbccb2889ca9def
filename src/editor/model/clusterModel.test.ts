import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import type { RunningControlPlane } from '../../cluster/runningControlPlane.ts';
import { DamagedClusterError, IncompleteClusterError } from '../../cluster/errors.ts';
import type { Progress } from '../../cluster/machines/contract.ts';
import type { ClusterFailure, ClusterLife } from './clusterEntry.ts';
import { ClusterModel } from './clusterModel.ts';
import type { ClusterSession } from './session.ts';

const never = new AbortController().signal;
const CAPABILITIES = { pause: true, shell: true, resize: true, snapshots: true, console: true };
const progress = { report: () => undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Clusters that exist by name alone; each launch gives a control plane whose end the test decides. */
function world(names: string[], failing: { launch?: Error } = {}) {
  const launched: Deferred<Error | undefined>[] = [];
  const machines: { state: string }[] = [];
  const sessions: { cluster: string; disposed: boolean }[] = [];
  const profile = { running: true, nodes: [] };
  const elsewhere: { owner?: object } = {};
  const launch = (): Promise<RunningControlPlane> => {
    if (failing.launch !== undefined) return Promise.reject(failing.launch);
    const exited = createDeferred<Error | undefined>();
    launched.push(exited);
    return Promise.resolve({
      server: '',
      owned: true,
      stop: () => Promise.resolve(),
      exited: exited.promise,
    });
  };
  const life = {
    names: () => Promise.resolve(names),
    paths: () => ({}),
    profile: () =>
      names.length === 0 ? Promise.reject(new Error('there is no cluster')) : Promise.resolve(profile),
    get: () => Promise.resolve({ profile, machines, ...elsewhere }),
    provider: () => Promise.resolve({ capabilities: CAPABILITIES, list: () => Promise.resolve(machines) }),
    snapshots: () => Promise.resolve([]),
    start: launch,
    attach: launch,
    recover: () => {
      delete failing.launch;
      return launch();
    },
    stop: () => Promise.resolve(),
  } as unknown as ClusterLife;
  const model = new ClusterModel({
    clock: new FakeClock(),
    clusters: life,
    openSession: (cluster) => {
      const session = { cluster, disposed: false, dispose: () => void (session.disposed = true) };
      sessions.push(session);
      return Promise.resolve(session as unknown as ClusterSession);
    },
  });
  const failures: ClusterFailure[] = [];
  model.onDidFail((failure) => failures.push(failure));
  const phase = (name: string): string | undefined =>
    model.entries().find((entry) => entry.name === name)?.state.phase;
  return { model, life, machines, profile, elsewhere, launched, sessions, failures, phase, failing };
}

describe('ClusterModel', () => {
  it('resume() starts what ran when the last window closed', async () => {
    const { model, phase } = world(['a', 'b']);
    await model.refresh();
    await model.resume();
    assert.deepEqual([phase('a'), phase('b')], ['running', 'running']);
  });

  it('recover() connects to a cluster that start() could not bring up', async () => {
    const { model, phase, failing } = world(['a']);
    await model.refresh();
    failing.launch = new DamagedClusterError('a', 'the store is damaged: revision 3 is missing');
    await assert.rejects(model.start('a', progress, never), /wheelhouse start a --recover/);
    assert.equal(phase('a'), 'failed');
    await model.recover('a', progress, never);
    assert.equal(phase('a'), 'running');
  });

  it('connects to a cluster that another program has started, and to no other', async () => {
    const { model, profile, elsewhere, launched, phase } = world(['a']);
    profile.running = false;
    await model.refresh();
    await model.notice('a');
    // It is to run, but nobody runs it: that is for who wants it.
    profile.running = true;
    await model.notice('a');
    assert.deepEqual([phase('a'), launched.length], ['stopped', 0]);
    elsewhere.owner = {};
    await Promise.all([model.notice('a'), model.notice('a')]);
    await model.notice('a');
    assert.deepEqual([phase('a'), launched.length], ['running', 1]);
  });

  it('takes a control plane over whose owner has gone', async () => {
    const { model, launched, sessions, phase, failures } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    launched[0]?.resolve(undefined);
    await settled();
    assert.equal(launched.length, 2);
    assert.deepEqual([phase('a'), sessions.map(({ disposed }) => disposed)], ['running', [true, false]]);
    assert.deepEqual(failures, []);
  });

  it('tells of a control plane that died, and does not bring it up again', async () => {
    const { model, launched, phase, failures } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    launched[0]?.resolve(new Error('out of memory'));
    await settled();
    assert.equal(launched.length, 1);
    assert.equal(phase('a'), 'failed');
    assert.deepEqual(
      failures.map(({ cluster, error }) => [cluster, error.message]),
      [['a', 'out of memory']],
    );
  });

  it('leaves a cluster alone that somebody else stopped, and shows that it is stopped', async () => {
    const { model, launched, profile, phase, failures } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    profile.running = false;
    launched[0]?.resolve(undefined);
    await settled();
    assert.deepEqual([phase('a'), launched.length, failures], ['stopped', 1, []]);
    await model.start('a', progress, never);
    assert.equal(phase('a'), 'running');
  });

  it('shows a cluster that somebody else suspended as suspended', async () => {
    const { model, launched, profile, machines } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    machines.push({ state: 'paused' });
    profile.running = false;
    launched[0]?.resolve(undefined);
    await settled();
    assert.deepEqual(model.entry('a')?.state, { phase: 'stopped', suspended: true });
  });

  it('forgets a cluster that somebody else deleted', async () => {
    const names = ['a'];
    const { model, launched, failures } = world(names);
    await model.refresh();
    await model.start('a', progress, never);
    names.pop();
    launched[0]?.resolve(undefined);
    await settled();
    assert.deepEqual([model.entries(), launched.length, failures], [[], 1, []]);
  });

  it('tells of a take-over that failed', async () => {
    const { model, launched, phase, failures, failing } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    failing.launch = new Error('the port is taken');
    launched[0]?.resolve(undefined);
    await settled();
    assert.equal(phase('a'), 'failed');
    assert.deepEqual(
      failures.map(({ error }) => error.message),
      ['the port is taken'],
    );
  });

  it('create() refuses a name that is taken and leaves that cluster alone', async () => {
    const { model, phase } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    await assert.rejects(
      model.create({ name: 'a', machines: 'simulated', nodes: 1 }, progress, never),
      /there is a cluster "a" already/,
    );
    assert.equal(phase('a'), 'running');
  });

  describe('while machines are still on their way', () => {
    /** A start whose control plane has answered; the test decides what becomes of the machines. */
    const begun = async () => {
      const all = world(['a']);
      const machines = createDeferred<undefined>();
      all.life.start = async (_name, _progress, _signal, onAnswers) => {
        const controlPlane = await all.life.attach('a', progress, never);
        onAnswers?.(controlPlane);
        await machines.promise;
        return controlPlane;
      };
      await all.model.refresh();
      const told: (string | undefined)[] = [];
      all.model.onDidChange(() => told.push(all.phase('a')));
      const started = all.model.start('a', progress, never);
      started.catch(() => undefined);
      await settled();
      return { ...all, told, machines, started };
    };

    it('a cluster is shown as soon as its API answers', async () => {
      const { model, phase, told, machines, started, sessions } = await begun();
      assert.deepEqual([phase('a'), told.at(-1)], ['running', 'running']);
      assert.equal(model.entry('a')?.work?.title, 'Starting a');
      machines.resolve(undefined);
      await started;
      assert.deepEqual([phase('a'), model.entry('a')?.work, sessions.length], ['running', undefined, 1]);
    });

    it('a failure ends what was shown', async () => {
      const { phase, machines, started, sessions } = await begun();
      machines.reject(new Error('no memory'));
      await assert.rejects(started, /no memory/);
      assert.deepEqual([phase('a'), sessions.map(({ disposed }) => disposed)], ['failed', [true]]);
    });

    it('the end of the control plane is left to what brings the cluster up', async () => {
      const { phase, launched, machines, started, failures, sessions } = await begun();
      launched[0]?.resolve(undefined);
      await settled();
      assert.deepEqual([launched.length, failures, phase('a')], [1, [], 'running']);
      machines.reject(new Error('cancelled'));
      await assert.rejects(started);
      assert.deepEqual([launched.length, phase('a'), sessions[0]?.disposed], [1, 'failed', true]);
    });
  });

  it('a start that fails is thrown and shown', async () => {
    const { model, phase } = world(['a'], { launch: new Error('no engine') });
    await model.refresh();
    await assert.rejects(model.start('a', progress, never), /no engine/);
    assert.equal(phase('a'), 'failed');
  });

  it('refresh() forgets what is no longer there, with its session', async () => {
    const names = ['a'];
    const { model, sessions } = world(names);
    await model.refresh();
    await model.start('a', progress, never);
    names.pop();
    await model.refresh();
    assert.deepEqual(model.entries(), []);
    assert.equal(sessions[0]?.disposed, true);
  });

  it('dispose() ends sessions, and a control plane that goes later is nobody’s', async () => {
    const { model, launched, sessions } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    model.dispose();
    launched[0]?.resolve(undefined);
    await settled();
    assert.equal(launched.length, 1);
    assert.equal(sessions[0]?.disposed, true);
  });

  it('preferred() is the one chosen last while it runs, else the first', async () => {
    const { model } = world(['a', 'b']);
    await model.refresh();
    await model.resume();
    assert.equal(model.preferred()?.cluster, 'a');
    model.prefer('b');
    assert.equal(model.preferred()?.cluster, 'b');
    await model.stop('b', never);
    assert.equal(model.preferred()?.cluster, 'a');
  });

  it('shows a cluster that is deleted until all of it is gone, and never as anything else', async () => {
    const names = ['a'];
    const { model, life } = world(names);
    const deleted = createDeferred<undefined>();
    Object.assign(life, { delete: () => deleted.promise });
    await model.refresh();
    await model.start('a', progress, never);
    const seen: (string | undefined)[] = [];
    model.onDidChange(() => seen.push(model.entry('a')?.state.phase));
    const deletion = model.delete('a', never);
    // The folder goes first: others see it and read again while machines are still being removed.
    names.pop();
    await model.refresh();
    await model.refresh();
    assert.equal(model.entry('a')?.state.phase, 'busy');
    deleted.resolve(undefined);
    await deletion;
    assert.deepEqual([...new Set(seen)], ['running', 'busy', undefined]);
    assert.equal(seen.filter((phase) => phase === undefined).length, 1);
  });

  it('a reading that began before a deletion ended does not bring the cluster back', async () => {
    const names = ['a'];
    const { model, life } = world(names);
    await model.refresh();
    const slow = createDeferred<string[]>();
    const listed = [slow.promise, Promise.resolve([])];
    Object.assign(life, { names: () => listed.shift(), delete: () => Promise.resolve() });
    const early = model.refresh();
    const deletion = model.delete('a', never);
    await settled();
    const seen: (string | undefined)[] = [];
    model.onDidChange(() => seen.push(model.entry('a')?.state.phase));
    slow.resolve(['a']);
    await Promise.all([early, deletion]);
    assert.deepEqual(model.entries(), []);
    assert.ok(!seen.includes('running'));
  });

  it('is not known to have no clusters until they have been read', async () => {
    const { model } = world([]);
    assert.equal(model.known, false);
    await model.refresh();
    assert.equal(model.known, true);
  });

  it('work() tells the steps of each machine, to who asked and to who watches', async () => {
    const { model } = world(['a']);
    await model.refresh();
    const told: string[] = [];
    const progressed: string[] = [];
    model.onDidProgress((name) => progressed.push(name));
    await model.work('a', 'Adding a node', { report: ({ message }) => told.push(message) }, never, (own) => {
      own.report({ machine: 'a-1', message: 'Booting', fraction: 0.5 });
      assert.equal(model.entry('a')?.work?.stage('a-1')?.fraction, 0.5);
      return Promise.resolve();
    });
    assert.deepEqual([told, progressed], [['Booting'], ['a']]);
    assert.equal(model.entry('a')?.work, undefined);
  });

  it('work() takes one at a time, and names the one under way', async () => {
    const { model } = world(['a']);
    await model.refresh();
    const first = createDeferred<undefined>();
    const working = model.work('a', 'Adding a node', progress, never, () => first.promise);
    await assert.rejects(model.stop('a', never), /Adding a node is under way\. Wait/);
    first.resolve(undefined);
    await working;
    await model.stop('a', never);
  });

  it('work() that is cancelled at its row says so', async () => {
    const { model } = world(['a']);
    await model.refresh();
    const working = model.work(
      'a',
      'Adding a node',
      progress,
      never,
      (_own, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    model.entry('a')?.work?.cancel();
    await assert.rejects(working, { name: 'WorkCancelled', message: 'Adding a node was cancelled.' });
  });

  it('reads what the clusters are and can', async () => {
    const { model } = world(['a']);
    await model.refresh();
    assert.deepEqual(model.entry('a')?.traits?.capabilities, CAPABILITIES);
  });

  it('says of a cluster whose machines are frozen that it is suspended', async () => {
    const { model, machines } = world(['a']);
    machines.push({ state: 'paused' });
    await model.refresh();
    await settled();
    assert.deepEqual(model.entry('a')?.state, { phase: 'stopped', suspended: true });
    machines.pop();
    await model.refresh();
    await settled();
    assert.deepEqual(model.entry('a')?.state, { phase: 'stopped', suspended: false });
  });

  it('says of a cluster whose machines run without a control plane that it is down', async () => {
    const { model, machines, elsewhere } = world(['a']);
    machines.push({ state: 'running' });
    await model.refresh();
    await settled();
    assert.deepEqual(model.entry('a')?.state, { phase: 'stopped', suspended: false, controlPlaneDown: true });
    elsewhere.owner = {};
    await model.refresh();
    await settled();
    assert.deepEqual(model.entry('a')?.state, { phase: 'stopped', suspended: false });
  });

  it('saveSnapshot() reconnects to the control plane, which stood still meanwhile', async () => {
    const { model, life, launched, sessions, phase, failures } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    const stands = (): Promise<void> => {
      launched[0]?.resolve(undefined);
      return settled();
    };
    Object.assign(life, { saveSnapshot: stands });
    await model.saveSnapshot('a', 'first', progress, never);
    assert.deepEqual([phase('a'), launched.length], ['running', 2]);
    assert.deepEqual(
      sessions.map(({ disposed }) => disposed),
      [true, false],
    );
    assert.deepEqual(failures, []);
  });

  it('a snapshot that cannot be saved leaves the cluster running', async () => {
    const { model, life, phase } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    Object.assign(life, { saveSnapshot: () => Promise.reject(new Error('the disk is full')) });
    await assert.rejects(model.saveSnapshot('a', 'first', progress, never), /the disk is full/);
    assert.equal(phase('a'), 'running');
  });

  it('a cluster that came up without some nodes is used, and its failures are kept until they are mended', async () => {
    const { model, life, phase, launched } = world(['a']);
    await model.refresh();
    const start = life.start.bind(life);
    Object.assign(life, {
      async start(name: string, own: Progress, signal: AbortSignal) {
        const controlPlane = await start(name, own, signal);
        own.report({ machine: 'a-2', message: 'Failed: no address' });
        const failed = new Map([['a-2', new Error('no address')]]);
        throw new IncompleteClusterError({ cluster: name, failed, log: '', controlPlane });
      },
    });
    await assert.rejects(model.start('a', progress, never), /runs without a-2: no address/);
    assert.equal(phase('a'), 'running');
    assert.equal(model.entry('a')?.failures.get('a-2'), 'no address');
    Object.assign(life, {
      start(name: string, own: Progress, signal: AbortSignal) {
        own.report({ machine: 'a-2', message: 'Ready' });
        return start(name, own, signal);
      },
    });
    await model.retry('a', progress, never);
    assert.equal(model.entry('a')?.failures.get('a-2'), undefined);
    assert.deepEqual([phase('a'), launched.length], ['running', 2]);
  });

  it('a cluster that could not be suspended goes on; one that could not be stopped says why', async () => {
    const { model, life, sessions, phase } = world(['a']);
    await model.refresh();
    await model.start('a', progress, never);
    const fails = (): Promise<void> => Promise.reject(new Error('a-1 does not answer'));
    Object.assign(life, { suspend: fails, stop: fails });
    await assert.rejects(model.suspend('a', progress, never), /a-1 does not answer/);
    assert.deepEqual([phase('a'), sessions.map(({ disposed }) => disposed)], ['running', [true, false]]);
    await assert.rejects(model.stop('a', never), /a-1 does not answer/);
    assert.deepEqual(model.entry('a')?.state, { phase: 'failed', message: 'a-1 does not answer' });
  });
});
