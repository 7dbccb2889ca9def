import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { commands } from 'vscode';
import { configMaps } from '../../../src/api/resources.ts';
import { answerMessages, untilCache, wheelhouse } from './extension.ts';
import { labelOf, rowsOf, type Row } from './rows.ts';

const CONTEXT = 'somebody-elses';

/** A cluster that this window has not made: it knows it by the user's kubeconfig alone. */
describe('contexts of the kubeconfig', () => {
  let home: string;
  const kubeconfig = process.env['KUBECONFIG'] ?? '';

  const rows = (...at: readonly string[]): readonly Row[] => rowsOf(wheelhouse().exports.contextTree, at);
  const cli = async (...args: readonly string[]): Promise<void> => {
    await promisify(execFile)(
      process.execPath,
      [path.join(wheelhouse().extensionPath, 'dist', 'cli.cjs'), ...args],
      { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', WHEELHOUSE_HOME: home } },
    );
  };

  before(async () => {
    await wheelhouse().activate();
    assert.match(kubeconfig, /wheelhouse-host-/);
    home = path.join(path.dirname(kubeconfig), 'other-home');
    await mkdir(home);
    await cli('create', 'other', '--machines', 'simulated', '--nodes', '1');
    const text = await readFile(path.join(home, 'clusters', 'other', 'kubeconfig'), 'utf8');
    const { contexts } = wheelhouse().exports;
    const read = new Promise<void>((resolve) => {
      const subscription = contexts.onDidChange(() => {
        if (contexts.entry(CONTEXT) === undefined) return;
        subscription.dispose();
        resolve();
      });
    });
    await writeFile(kubeconfig, text.replaceAll('wheelhouse-other', CONTEXT));
    // The file is watched.
    await read;
  });

  after(async () => {
    await cli('delete', 'other');
    await rm(kubeconfig, { force: true });
  });

  it('are shown, and asked for nothing before they are connected', () => {
    const [row] = rows();
    assert.equal(row?.item.label, CONTEXT);
    assert.equal(row.item.description, 'current, not connected');
    assert.equal(row.item.contextValue, 'wheelhouse.context.idle');
    assert.deepEqual(rows(CONTEXT), []);
  });

  it('are connected with a click, and show what is in the cluster', async () => {
    const [row] = rows();
    await commands.executeCommand('wheelhouse.connectContext', row?.node);
    assert.equal(rows()[0]?.item.contextValue, 'wheelhouse.context.connected');
    assert.deepEqual(
      rows(CONTEXT).map(({ item }) => labelOf(item)),
      ['Nodes', 'Namespaces', 'Cluster Resources'],
    );
    await untilCache(CONTEXT, 'Node', (list) => list.length === 1);
    assert.deepEqual(
      rows(CONTEXT, 'Nodes').map(({ item }) => [item.label, item.description]),
      [['other-1', 'Ready']],
    );
  });

  it('are worked with as our own clusters are', async () => {
    const session = wheelhouse().exports.model.session(CONTEXT);
    assert.equal(session?.own, false);
    await session.client.create(configMaps, {
      metadata: { name: 'greeting', namespace: 'default' },
      data: { text: 'hello' },
    });
    await untilCache(CONTEXT, 'ConfigMap', (list) =>
      list.some(({ metadata }) => metadata.name === 'greeting'),
    );
    const row = rows(CONTEXT, 'Namespaces', 'default', 'Configuration').find(
      ({ item }) => labelOf(item) === 'greeting',
    );
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteObject', row?.node);
    said.restore();
    assert.deepEqual(said.texts, [`Delete ConfigMap greeting in namespace default from cluster ${CONTEXT}?`]);
    await untilCache(CONTEXT, 'ConfigMap', (list) =>
      list.every(({ metadata }) => metadata.name !== 'greeting'),
    );
  });

  it('are disconnected from', async () => {
    await commands.executeCommand('wheelhouse.disconnectContext', rows()[0]?.node);
    assert.equal(wheelhouse().exports.model.session(CONTEXT), undefined);
    assert.deepEqual(rows(CONTEXT), []);
  });

  it('say why they cannot be reached', async () => {
    await cli('stop', 'other');
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.connectContext', rows()[0]?.node);
    said.restore();
    assert.match(said.texts.join(), /cannot be reached/);
    assert.match(String(rows()[0]?.item.description), /^not reachable: /);
  });
});
