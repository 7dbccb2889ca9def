import assert from 'node:assert/strict';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import type { RunningControlPlane } from '../../cluster/contract.ts';
import { ClusterModel, type ClusterFailure, type ClusterLife } from './clusterModel.ts';
import type { ClusterSession } from './session.ts';

const never = new AbortController().signal;
const progress = { report: () => undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Clusters that exist by name alone; each launch gives a control plane whose end the test decides. */
function world(names: string[], failing: { launch?: Error } = {}) {
  const launched: Deferred<Error | undefined>[] = [];
  const sessions: { cluster: string; disposed: boolean }[] = [];
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
    profile: () => Promise.resolve({ running: true }),
    start: launch,
    attach: launch,
    stop: () => Promise.resolve(),
  } as unknown as ClusterLife;
  const model = new ClusterModel({
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
  return { model, launched, sessions, failures, phase, failing };
}

describe('ClusterModel', () => {
  it('resume() starts what ran when the last window closed', async () => {
    const { model, phase } = world(['a', 'b']);
    await model.refresh();
    await model.resume();
    assert.deepEqual([phase('a'), phase('b')], ['running', 'running']);
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
});
