import { Uri, window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

/** So many are named in the question; a modal is no list. */
const MOST_NAMED = 10;

export const deleteManifest: EditorCommand = {
  id: 'wheelhouse.deleteManifest',
  async run({ model, manifests }, ...args) {
    const session = await pickSession(model, [], 'Delete Objects of a Manifest');
    if (session === undefined) return;
    const uri = args[0] instanceof Uri ? args[0] : window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new Error('Open a manifest first.');
    const index = typeof args[1] === 'number' ? args[1] : undefined;
    const named = (await manifests.objects(uri, index)).map(({ kind, name }) => `${kind} ${name}`);
    const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : '';
    const sure = await window.showWarningMessage(
      `Delete ${named.slice(0, MOST_NAMED).join(', ')}${more} from cluster ${session.cluster}?`,
      { modal: true },
      'Delete',
    );
    if (sure !== 'Delete') return;
    const outcomes = await manifests.delete(session, uri, index);
    window.setStatusBarMessage(`$(trash) ${session.cluster}: ${outcomes.join(', ')}`, 8_000);
  },
};
