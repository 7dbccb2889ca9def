import assert from 'node:assert/strict';
import { createDeferred } from '../../base/deferred.ts';
import { Kubeconfig } from '../../client/kubeconfig.ts';
import { KubeContexts } from './contexts.ts';
import type { ClusterSession } from './session.ts';

const text = (...names: readonly string[]): string =>
  `current-context: ${names[0] ?? ''}\ncontexts:\n${names.map((name) => `  - {name: ${name}, context: {cluster: c}}\n`).join('')}clusters: [{name: c, cluster: {server: "https://c"}}]\n`;

describe('KubeContexts', () => {
  let names: readonly string[];
  let disposed: string[];
  let answer: (name: string, signal: AbortSignal) => Promise<void>;
  let contexts: KubeContexts;
  let changes: number;

  beforeEach(async () => {
    names = ['prod', 'kind', 'wheelhouse-dev'];
    disposed = [];
    changes = 0;
    answer = () => Promise.resolve();
    contexts = new KubeContexts({
      read: () => Promise.resolve(new Kubeconfig([{ path: '/k', text: text(...names) }])),
      async connect(name, _kubeconfig, signal) {
        await answer(name, signal);
        return { cluster: name, dispose: () => disposed.push(name) } as unknown as ClusterSession;
      },
      isHidden: ({ name }) => name === 'wheelhouse-dev',
    });
    contexts.onDidChange(() => changes++);
    await contexts.refresh();
  });
  afterEach(() => contexts.dispose());

  const states = (): readonly string[] =>
    contexts.entries().map(({ context, state }) => `${context.name} ${state.phase}`);

  it('shows what the kubeconfig has, but for our own clusters, and asks no one', () => {
    assert.deepEqual(states(), ['kind idle', 'prod idle']);
    assert.equal(contexts.current, 'prod');
    assert.deepEqual(contexts.sessions(), []);
  });

  it('connects when it is asked to, once, and leaves again', async () => {
    const session = await contexts.connect('kind');
    assert.equal(await contexts.connect('kind'), session);
    assert.deepEqual(states(), ['kind connected', 'prod idle']);
    assert.deepEqual(contexts.sessions(), [session]);
    contexts.disconnect('kind');
    assert.deepEqual(disposed, ['kind']);
    assert.equal(contexts.session('kind'), undefined);
    assert.equal(changes, 4);
  });

  it('says why a cluster cannot be reached, and tries again', async () => {
    answer = () => Promise.reject(new Error('no route'));
    await assert.rejects(contexts.connect('prod'), /no route/);
    const { state } = contexts.entry('prod') ?? {};
    assert.deepEqual(state, { phase: 'failed', message: 'no route' });
    answer = () => Promise.resolve();
    await contexts.connect('prod');
    assert.deepEqual(states(), ['kind idle', 'prod connected']);
  });

  it('gives up a connection that is on its way', async () => {
    const waiting = createDeferred<undefined>();
    let given: AbortSignal | undefined;
    answer = async (_name, signal) => {
      given = signal;
      await waiting.promise;
    };
    const connecting = contexts.connect('prod');
    assert.deepEqual(states(), ['kind idle', 'prod connecting']);
    contexts.disconnect('prod');
    assert.equal(given?.aborted, true);
    waiting.resolve(undefined);
    await assert.rejects(connecting, /given up/);
    assert.deepEqual(states(), ['kind idle', 'prod idle']);
    assert.deepEqual(disposed, ['prod']);
  });

  it('leaves a context that has gone from the kubeconfig', async () => {
    await contexts.connect('kind');
    names = ['prod'];
    await contexts.refresh();
    assert.deepEqual(states(), ['prod idle']);
    assert.deepEqual(disposed, ['kind']);
  });
});
