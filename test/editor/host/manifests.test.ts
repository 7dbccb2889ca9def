import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { commands, languages, Uri, window, workspace, type CodeLens, type Diagnostic } from 'vscode';
import { answerMessages, untilCache, useSimulatedCluster } from './extension.ts';

const NAME = 'files';
const CONFIG = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  colour: ${value}\n`;
const DEPLOYMENT = (label: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: ${label}
    spec:
      containers:
        - name: web
          image: example.com/web:1
`;

describe('manifests', () => {
  useSimulatedCluster(NAME);
  let folder: string;

  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-manifests-'))));
  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  const write = async (name: string, text: string): Promise<Uri> => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return Uri.file(file);
  };
  const lenses = async (uri: Uri): Promise<readonly string[]> => {
    const found = await commands.executeCommand<readonly CodeLens[]>('vscode.executeCodeLensProvider', uri);
    return found.map(({ range, command }) => `${range.start.line}: ${command?.title ?? ''}`);
  };

  it('has lenses above each object, which say that it is not in the cluster', async () => {
    const uri = await write('two.yaml', `${CONFIG('red')}---\n${DEPLOYMENT('web')}`);
    await workspace.openTextDocument(uri);
    assert.deepEqual(await lenses(uri), [
      '0: $(cloud-upload) Apply',
      '0: $(trash) Delete',
      `0: not in ${NAME}`,
      '7: $(cloud-upload) Apply',
      '7: $(trash) Delete',
      `7: not in ${NAME}`,
    ]);
  });

  it('Apply applies all objects; their pods run, and the lens says so', async () => {
    const uri = await write('apply.yaml', `${CONFIG('red')}---\n${DEPLOYMENT('web')}`);
    await window.showTextDocument(await workspace.openTextDocument(uri));
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.applyManifest');
    said.restore();
    assert.deepEqual(said.texts, []);
    await untilCache(NAME, 'Deployment', ([web]) => {
      const { readyReplicas } = (web as { status?: { readyReplicas?: number } } | undefined)?.status ?? {};
      return readyReplicas === 2;
    });
    assert.ok((await lenses(uri)).includes(`7: ${NAME}: 2/2 ready`));
  });

  it('Apply says which objects changed', async () => {
    const uri = await write('changed.yaml', `${CONFIG('blue')}---\n${DEPLOYMENT('web')}`);
    const shown: string[] = [];
    const { setStatusBarMessage } = window;
    Object.assign(window, { setStatusBarMessage: (text: string) => void shown.push(text) });
    await commands.executeCommand('wheelhouse.applyManifest', uri);
    await commands.executeCommand('wheelhouse.applyManifest', uri);
    Object.assign(window, { setStatusBarMessage });
    assert.deepEqual(shown, [
      `$(check) ${NAME}: configmaps/settings configured, deployments/web unchanged`,
      `$(check) ${NAME}: configmaps/settings unchanged, deployments/web unchanged`,
    ]);
  });

  it('Apply of a bad manifest says what the API server says, with the path of the field', async () => {
    const uri = await write('bad.yaml', DEPLOYMENT('other').replace('name: web', 'name: bad'));
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.applyManifest', uri);
    said.restore();
    assert.equal(said.texts.length, 1);
    assert.match(
      said.texts[0] ?? '',
      /Deployment\.apps "bad" is invalid: spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/,
    );
  });

  it('a manifest that the server would refuse has a diagnostic on the line of the field', async () => {
    const uri = await write('refused.yaml', DEPLOYMENT('other').replace('name: web', 'name: refused'));
    await workspace.openTextDocument(uri);
    const [diagnostic] = await diagnosticsOf(uri);
    assert.match(diagnostic?.message ?? '', /`selector` does not match template `labels`/);
    assert.equal(diagnostic?.range.start.line, 11);
    assert.equal(diagnostic.source, 'wheelhouse');
  });

  it('a manifest that is no YAML has a diagnostic; mended and saved, none', async () => {
    const uri = await write('broken.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n');
    const document = await workspace.openTextDocument(uri);
    assert.notEqual((await diagnosticsOf(uri)).length, 0);
    const editor = await window.showTextDocument(document);
    await editor.edit((edit) => {
      const end = document.lineAt(document.lineCount - 1).range.end;
      edit.replace(
        document.validateRange(editor.selection.with(document.positionAt(0), end)),
        CONFIG('green'),
      );
    });
    await document.save();
    await diagnosticsOf(uri, (list) => list.length === 0);
  });

  it('YAML that is not of Kubernetes has neither lenses nor diagnostics', async () => {
    const uri = await write('compose.yaml', 'services:\n  web: {image: [}\n');
    const marker = await write('marker.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n');
    await workspace.openTextDocument(uri);
    await workspace.openTextDocument(marker);
    // Documents are looked at in their order: once the second one has its diagnostics, the first one has had its turn.
    await diagnosticsOf(marker);
    assert.deepEqual(languages.getDiagnostics(uri), []);
    assert.deepEqual(await lenses(uri), []);
  });

  it('Delete names what it deletes, and deletes it', async () => {
    const uri = await write('delete.yaml', `${CONFIG('blue')}---\n${DEPLOYMENT('web')}`);
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteManifest', uri);
    said.restore();
    assert.deepEqual(said.texts, [`Delete ConfigMap settings, Deployment web from cluster ${NAME}?`]);
    await untilCache(NAME, 'Deployment', (list) => list.length === 0);
    await untilCache(NAME, 'Pod', (list) => list.length === 0);
  });
});

/** The extension's diagnostics of a document, once they fulfil a condition (default: there are some). */
function diagnosticsOf(
  uri: Uri,
  condition: (list: readonly Diagnostic[]) => boolean = (list) => list.length > 0,
): Promise<readonly Diagnostic[]> {
  const own = (): readonly Diagnostic[] =>
    languages.getDiagnostics(uri).filter(({ source }) => source === 'wheelhouse');
  if (condition(own())) return Promise.resolve(own());
  return new Promise((resolve) => {
    const subscription = languages.onDidChangeDiagnostics(() => {
      if (!condition(own())) return;
      subscription.dispose();
      resolve(own());
    });
  });
}
