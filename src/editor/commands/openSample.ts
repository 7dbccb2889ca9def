import { Uri, window, workspace } from 'vscode';
import type { EditorCommand } from './command.ts';

/** The manifest of a sample application, to be read and applied. Its image comes from a public registry. */
export const openSample: EditorCommand = {
  id: 'wheelhouse.openSample',
  async run({ extensionUri }) {
    const file = Uri.joinPath(extensionUri, 'resources', 'walkthrough', 'application.yaml');
    await window.showTextDocument(await workspace.openTextDocument(file), { preview: false });
  },
};
