import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { commands, ConfigurationTarget, Uri, window, workspace, type CancellationToken } from 'vscode';
import { systemClock } from '../../../src/base/clock.ts';
import { createDeferred } from '../../../src/base/deferred.ts';
import { nodes } from '../../../src/api/resources.ts';
import { watchFile } from '../../../src/host/watchFile.ts';
import type { HostFiles } from '../../../src/protocol/agentLink.ts';
import { STOP_PATH } from '../../../src/protocol/control.ts';
import type { Owner } from '../../../src/cluster/owner.ts';
import { answerMessages, stateOf, untilModel, wheelhouse } from './extension.ts';

const NAME = 'life';
const create = { name: NAME, machines: 'simulated', nodes: 2 };

describe('the life of a cluster', () => {
  before(() => wheelhouse().activate());

  it('createCluster brings up a cluster whose nodes are Ready', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const began = performance.now();
    await commands.executeCommand('wheelhouse.createCluster', create);
    delay.disable();
    console.log(
      `measured: ${NAME} created in ${(performance.now() - began).toFixed(0)} ms; ` +
        `the extension host's event loop was held for at most ${(delay.max / 1e6).toFixed(1)} ms`,
    );
    const session = wheelhouse().exports.model.session(NAME);
    assert.ok(session !== undefined);
    await session.informer(nodes).whenSynced(session.signal);
    const ready = session
      .informer(nodes)
      .list()
      .map(({ metadata, status }) => [
        metadata.name,
        status?.conditions?.find(({ type }) => type === 'Ready')?.status,
      ]);
    assert.deepEqual(ready.toSorted(), [
      [`${NAME}-1`, 'True'],
      [`${NAME}-2`, 'True'],
    ]);
  });

  it('the control plane is in this process, in a thread of its own', async () => {
    const { owner } = wheelhouse().exports.model.clusters.paths(NAME);
    const { pid, kind } = JSON.parse(await readFile(owner, 'utf8')) as Owner;
    assert.deepEqual({ pid, kind }, { pid: process.pid, kind: 'editor' });
    const { workers } = process.report.getReport() as { workers: readonly unknown[] };
    assert.ok(workers.length >= 1);
  });

  it('createCluster says that a name is taken', async () => {
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.createCluster', create);
    said.restore();
    assert.match(said.texts.join(), /there is a cluster "life" already/);
    assert.equal(stateOf(NAME)?.phase, 'running');
  });

  it('addNode adds a node', async () => {
    await commands.executeCommand('wheelhouse.addNode', { cluster: NAME });
    const { nodes: declared } = await wheelhouse().exports.model.clusters.profile(NAME);
    assert.deepEqual(
      declared.map(({ name }) => name),
      [`${NAME}-1`, `${NAME}-2`, `${NAME}-3`],
    );
  });

  it('stopCluster stops it and keeps its data; startCluster brings it back', async () => {
    const before = await uidOfDefaultNamespace();
    await commands.executeCommand('wheelhouse.stopCluster', { cluster: NAME });
    assert.equal(stateOf(NAME)?.phase, 'stopped');
    await commands.executeCommand('wheelhouse.startCluster', { cluster: NAME });
    assert.equal(stateOf(NAME)?.phase, 'running');
    assert.equal(await uidOfDefaultNamespace(), before);
  });

  it('of a damaged store it says what can be done, and goes on with what is whole', async () => {
    await commands.executeCommand('wheelhouse.stopCluster', { cluster: NAME });
    const { store, folder } = wheelhouse().exports.model.clusters.paths(NAME);
    const text = (await readFile(store)).toString('latin1');
    assert.ok(text.includes('"name":"kube-public"'));
    await writeFile(store, text.replaceAll('"name":"kube-public"', '"name":"kube-pub?ic"'), 'latin1');

    const said = answerMessages();
    await commands.executeCommand('wheelhouse.startCluster', { cluster: NAME });
    said.restore();
    assert.match(said.texts[0] ?? '', /Cluster life does not run: .* is damaged: .*kube-public/);
    assert.deepEqual(said.buttons[0], [
      'Restore Snapshot…',
      'Save Objects…',
      'Go On Without What Is Damaged…',
      'Show Log',
    ]);
    assert.equal(stateOf(NAME)?.phase, 'failed');

    const objects = path.join(folder, 'objects.json');
    const before = window.showSaveDialog;
    Object.assign(window, { showSaveDialog: () => Promise.resolve(Uri.file(objects)) });
    const saved = answerMessages();
    await commands.executeCommand('wheelhouse.exportObjects', { cluster: NAME });
    Object.assign(window, { showSaveDialog: before });
    saved.restore();
    assert.match(saved.texts.join(), /objects of life are saved. \d+ are damaged/);
    const { items } = JSON.parse(await readFile(objects, 'utf8')) as { items: { kind: string }[] };
    assert.ok(items.filter(({ kind }) => kind === 'Node').length >= 2);

    const sure = answerMessages('Go On');
    await commands.executeCommand('wheelhouse.recoverCluster', { cluster: NAME });
    sure.restore();
    assert.equal(stateOf(NAME)?.phase, 'running', sure.texts.join());
  });

  it('a control plane that ends, of a cluster that nobody stopped, is brought up again here', async () => {
    const { model } = wheelhouse().exports;
    const session = model.session(NAME);
    assert.ok(session !== undefined);
    // Whether the answer or the end of the thread comes first is open.
    await session.client.raw('POST', STOP_PATH).catch(() => undefined);
    await untilModel(() => (model.session(NAME) === session ? undefined : true));
    await untilModel(() => (stateOf(NAME)?.phase === 'running' ? true : undefined));
  });

  it('a cluster that the command line stops stays stopped, and is shown so', async () => {
    const { exports } = wheelhouse();
    await commandLine('stop', NAME);
    await untilModel(() => (stateOf(NAME)?.phase === 'stopped' ? true : undefined));
    // What the tree shows was read after the stop.
    await untilModel(() => (exports.model.entry(NAME)?.traits?.profile.running === false ? true : undefined));
    assert.equal(stateOf(NAME)?.phase, 'stopped');
  });

  it('a cluster that the command line starts is connected to', async () => {
    await commandLine('start', NAME);
    const state = await untilModel(() => {
      const now = stateOf(NAME);
      return now?.phase === 'running' ? now : undefined;
    });
    assert.equal(state.owned, false);
    await commands.executeCommand('wheelhouse.stopCluster', { cluster: NAME });
    await commands.executeCommand('wheelhouse.startCluster', { cluster: NAME });
    assert.equal(stateOf(NAME)?.phase, 'running');
  });

  it('a proxy that is set in the editor is handed to its nodes', async () => {
    const { environment } = wheelhouse().exports.model.clusters.paths(NAME);
    const settings = workspace.getConfiguration('http');
    const handed = async (): Promise<string> =>
      (JSON.parse(await readFile(environment, 'utf8')) as HostFiles).proxy ?? '';
    const change = async (proxy: string | undefined): Promise<string> => {
      const written = createDeferred<undefined>();
      const file = watchFile(environment, () => written.resolve(undefined));
      await settings.update('proxy', proxy, ConfigurationTarget.Global);
      await written.promise;
      file.dispose();
      return handed();
    };
    assert.equal(await handed(), '');
    assert.match(
      await change('http://proxy.corp.test:3128'),
      /^HTTPS_PROXY='http:\/\/proxy\.corp\.test:3128'$/m,
    );
    assert.equal(await change(undefined), '');
  });

  it('deleteCluster asks, naming the cluster, and does nothing without a yes', async () => {
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.deleteCluster', { cluster: NAME });
    said.restore();
    assert.equal(said.texts.length, 1);
    assert.match(said.texts.join(), /life/);
    assert.equal(stateOf(NAME)?.phase, 'running');
  });

  it('deleteCluster leaves nothing', async () => {
    const { model } = wheelhouse().exports;
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteCluster', { cluster: NAME });
    said.restore();
    assert.equal(stateOf(NAME), undefined);
    assert.equal(existsSync(model.clusters.paths(NAME).folder), false);
  });

  it('a control plane in a process of its own, as the setting says, is stopped and deleted too', async () => {
    const settings = workspace.getConfiguration('wheelhouse');
    await settings.update('controlPlane', 'process', ConfigurationTarget.Global);
    const name = 'apart';
    await commands.executeCommand('wheelhouse.createCluster', { ...create, name });
    await settings.update('controlPlane', undefined, ConfigurationTarget.Global);
    assert.equal(stateOf(name)?.phase, 'running');
    const { owner, folder } = wheelhouse().exports.model.clusters.paths(name);
    const { pid, kind } = JSON.parse(await readFile(owner, 'utf8')) as Owner;
    assert.notEqual(pid, process.pid);
    assert.equal(kind, 'process');
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteCluster', { cluster: name });
    said.restore();
    assert.equal(stateOf(name), undefined);
    assert.equal(existsSync(folder), false);
    await untilGone(pid);
  });

  it('a creation that is cancelled leaves nothing, and says so', async () => {
    const { model } = wheelhouse().exports;
    const said = answerMessages();
    const withProgress = window.withProgress.bind(window);
    Object.assign(window, { withProgress: cancelling(() => stateOf('gone')?.phase === 'busy') });
    await commands.executeCommand('wheelhouse.createCluster', { ...create, name: 'gone' });
    Object.assign(window, { withProgress });
    said.restore();
    assert.match(said.texts.join(), /gone.*cancelled/i);
    assert.equal(stateOf('gone'), undefined);
    assert.equal(existsSync(model.clusters.paths('gone').folder), false);
  });
});

/** A progress notification whose Cancel is clicked as soon as `when` holds. */
function cancelling(when: () => boolean): typeof window.withProgress {
  return (_options, task) => {
    const listeners: (() => void)[] = [];
    const token = {
      isCancellationRequested: false,
      onCancellationRequested(listener: () => void) {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    } as unknown as CancellationToken;
    void untilModel(() => (when() ? true : undefined)).then(() =>
      listeners.forEach((listener) => listener()),
    );
    return task({ report: () => undefined }, token);
  };
}

/** The end of a process that is nobody's child here is no event. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await systemClock.sleep(20);
  }
}

async function uidOfDefaultNamespace(): Promise<string> {
  const session = wheelhouse().exports.model.session(NAME);
  const response = await session?.client.raw('GET', '/api/v1/namespaces/default');
  const { metadata } = JSON.parse((await response?.text()) ?? '{}') as { metadata: { uid: string } };
  return metadata.uid;
}

/** The command line of the packaged extension, on the home that this window has. */
async function commandLine(...args: readonly string[]): Promise<void> {
  const { extensionPath, exports } = wheelhouse();
  const home = path.dirname(path.dirname(exports.model.clusters.paths(NAME).folder));
  await promisify(execFile)(process.execPath, [path.join(extensionPath, 'dist', 'cli.cjs'), ...args], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', WHEELHOUSE_HOME: home },
  });
}
