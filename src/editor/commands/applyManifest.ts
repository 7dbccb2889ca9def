import { Uri, window, workspace } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

/** Arguments from a lens: the document and the index of the object in it; from elsewhere: the active editor, all objects. */
export const applyManifest: EditorCommand = {
  id: 'wheelhouse.applyManifest',
  async run({ model, manifests, output }, ...args) {
    if (!workspace.isTrusted) throw new Error('Trust this workspace first: applying runs what it declares.');
    const session = await pickSession(model, [], 'Apply Manifest');
    if (session === undefined) return;
    const uri = args[0] instanceof Uri ? args[0] : window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new Error('Open a manifest first.');
    const index = typeof args[1] === 'number' ? args[1] : undefined;
    const outcomes = await manifests.apply(session, uri, index);
    window.setStatusBarMessage(`$(check) ${session.cluster}: ${outcomes.join(', ')}`, 8_000);
    for (const outcome of outcomes) output.appendLine(`${session.cluster}: ${outcome}`);
  },
};
