import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  commands,
  languages,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type CodeAction,
  type CodeLens,
  type Diagnostic,
  type Range,
} from 'vscode';
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
    for (const kind of ['ConfigMap', 'Deployment']) await untilCache(NAME, kind, () => true);
    assert.deepEqual(await lenses(uri), [
      '0: $(cloud-upload) Apply',
      '0: $(diff) Diff',
      '0: $(trash) Delete',
      `0: not in ${NAME}`,
      '7: $(cloud-upload) Apply',
      '7: $(diff) Diff',
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

  it('Diff shows what Apply would change, in the diff editor', async () => {
    const uri = await write('diff.yaml', `${CONFIG('green')}---\n${DEPLOYMENT('web')}`);
    await commands.executeCommand('wheelhouse.diffManifest', uri);
    const { input } = window.tabGroups.activeTabGroup.activeTab ?? {};
    assert.ok(input instanceof TabInputTextDiff);
    const text = async (side: Uri): Promise<string> => (await workspace.openTextDocument(side)).getText();
    assert.match(await text(input.original), /colour: blue/);
    assert.match(await text(input.modified), /colour: green/);
    assert.doesNotMatch(await text(input.modified), /resourceVersion|managedFields/);
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

  it('a misspelt field and a wrong type are marked as they are typed, and mended with one click', async () => {
    const uri = await write('typed.yaml', DEPLOYMENT('web').replace('name: web', 'name: typed'));
    const document = await workspace.openTextDocument(uri);
    const editor = await window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('replicas: 2'));
    await editor.edit((edit) => edit.replace(document.lineAt(at.line).range, '  replica: "2"'));
    const [unknown] = await diagnosticsOf(uri);
    assert.match(
      unknown?.message ?? '',
      /Unknown field "replica" in DeploymentSpec\. Did you mean "replicas"\?/,
    );
    assert.deepEqual([unknown?.range.start.line, unknown?.range.start.character], [at.line, 2]);
    assert.equal(document.isDirty, true);

    await fix(uri, unknown?.range, 'Change to "replicas"');
    const [wrong] = await diagnosticsOf(uri, (list) => list.some(({ message }) => /integer/.test(message)));
    assert.equal(wrong?.message, 'spec.replicas is an integer, not the string "2".');
    await fix(uri, wrong.range, 'Change to 2');
    await diagnosticsOf(uri, (list) => list.length === 0);
    assert.equal(document.lineAt(at.line).text, '  replicas: 2');
  });

  it('a field at a wrong depth is moved to where it belongs', async () => {
    const uri = await write(
      'depth.yaml',
      DEPLOYMENT('web').replace('  replicas: 2\n', '  nodeSelector:\n    disk: ssd\n'),
    );
    const document = await workspace.openTextDocument(uri);
    const [misplaced] = await diagnosticsOf(uri);
    assert.match(misplaced?.message ?? '', /It belongs to spec\.template\.spec\./);
    await fix(uri, misplaced?.range, 'Move to spec.template.spec');
    assert.match(document.getText(), /\n {6}containers:\n(.*\n)+ {6}nodeSelector:\n {8}disk: ssd\n$/);
    await diagnosticsOf(uri, (list) => list.length === 0);
  });

  it('templates of Helm and patches of kustomize are not marked, and have no lenses', async () => {
    const template = await write('template.yaml', `{{- if .Values.on }}\n${CONFIG('red')}{{- end }}\n`);
    await write('kustomization.yaml', 'resources: [web.yaml]\npatches: [{path: patch.yaml}]\n');
    const patch = await write(
      'patch.yaml',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{image: x, $patch: delete}]}}}\n',
    );
    const marker = await write('marked.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n');
    for (const uri of [template, patch, marker]) await workspace.openTextDocument(uri);
    await diagnosticsOf(marker);
    for (const uri of [template, patch]) {
      assert.deepEqual(languages.getDiagnostics(uri), []);
      assert.deepEqual(await lenses(uri), []);
    }
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

/** Takes the quick fix of this title, as the light bulb offers it. */
async function fix(uri: Uri, range: Range | undefined, title: string): Promise<void> {
  const actions = await commands.executeCommand<readonly CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
  );
  const action = actions.find((offered) => offered.title === title);
  assert.ok(action?.edit, `offered: ${actions.map((offered) => offered.title).join(', ')}`);
  assert.ok(await workspace.applyEdit(action.edit));
}

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
