import { Uri, window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

export const deleteManifest: EditorCommand = {
  id: 'wheelhouse.deleteManifest',
  async run({ model, manifests }, ...args) {
    const session = await pickSession(model, [], 'Delete Objects of a Manifest');
    if (session === undefined) return;
    const uri = args[0] instanceof Uri ? args[0] : window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new Error('Open a manifest first.');
    const index = typeof args[1] === 'number' ? args[1] : undefined;
    const what = index === undefined ? 'all objects of this manifest' : 'this object';
    const sure = await window.showWarningMessage(
      `Delete ${what} from ${session.cluster}?`,
      { modal: true },
      'Delete',
    );
    if (sure !== 'Delete') return;
    const outcomes = await manifests.delete(session, uri, index);
    window.setStatusBarMessage(`$(trash) ${outcomes.join(', ')}`, 8_000);
  },
};
