import assert from 'node:assert/strict';
import { commands, languages, workspace, type TextDocument } from 'vscode';
import { configMaps } from '../../../src/api/resources.ts';
import { untilCache, useSimulatedCluster, wheelhouse } from './extension.ts';

const NAME = 'live';

describe('documents of live objects', () => {
  useSimulatedCluster(NAME, 1);

  after(() => commands.executeCommand('workbench.action.closeAllEditors'));

  it('show the object without managed fields, follow its changes, and say when it is gone', async () => {
    const session = wheelhouse().exports.model.session(NAME);
    assert.ok(session !== undefined);
    const at = { name: 'live', namespace: 'default' };
    const object = await session.client.create(configMaps, { metadata: at, data: { text: 'first' } });
    await untilCache(NAME, 'ConfigMap', (list) => list.some(({ metadata }) => metadata.name === 'live'));

    await commands.executeCommand('wheelhouse.openObject', { cluster: NAME, resource: configMaps, object });
    const document = workspace.textDocuments.find(({ uri }) => uri.scheme === 'wheelhouse');
    assert.ok(document !== undefined);
    assert.match(document.getText(), /^kind: ConfigMap$/m);
    assert.match(document.getText(), /text: first/);
    assert.doesNotMatch(document.getText(), /managedFields/);

    const changed = untilText(document, /text: second/);
    await session.client.patch(configMaps, at, 'application/merge-patch+json', { data: { text: 'second' } });
    await changed;

    // The editor tells of a change of language as if the document were closed and opened.
    await languages.setTextDocumentLanguage(document, 'plaintext');
    const third = untilText(document, /text: third/);
    await session.client.patch(configMaps, at, 'application/merge-patch+json', { data: { text: 'third' } });
    await third;

    const gone = untilText(document, /ConfigMap live is gone/);
    await session.client.delete(configMaps, at);
    await gone;
  });

  it('follow the object of a cluster that was stopped and started', async () => {
    const before = wheelhouse().exports.model.session(NAME);
    const at = { name: 'again', namespace: 'default' };
    const object = await before!.client.create(configMaps, { metadata: at, data: { text: 'first' } });
    await commands.executeCommand('wheelhouse.openObject', { cluster: NAME, resource: configMaps, object });
    const document = workspace.textDocuments.find(({ uri }) => uri.path.includes('again'));
    assert.ok(document !== undefined);
    await commands.executeCommand('wheelhouse.stopCluster', { cluster: NAME });
    assert.match(document.getText(), /text: first/);
    await commands.executeCommand('wheelhouse.startCluster', { cluster: NAME });
    const changed = untilText(document, /text: second/);
    const session = wheelhouse().exports.model.session(NAME);
    await session!.client.patch(configMaps, at, 'application/merge-patch+json', { data: { text: 'second' } });
    await changed;
  });
});

function untilText(document: TextDocument, text: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const subscription = workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document || !text.test(document.getText())) return;
      subscription.dispose();
      resolve();
    });
  });
}
