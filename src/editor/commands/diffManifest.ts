import { Uri, window } from 'vscode';
import { declaredText } from '../documents/objectText.ts';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

/**
 * What applying would change, as the server says: each object as it is, beside what a dry run of its apply makes of it.
 * Arguments as of Apply Manifest.
 */
export const diffManifest: EditorCommand = {
  id: 'wheelhouse.diffManifest',
  async run({ model, manifests, comparisons }, ...args) {
    const session = await pickSession(model, [], 'Compare Manifest with Cluster');
    if (session === undefined) return;
    const uri = args[0] instanceof Uri ? args[0] : window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new Error('Open a manifest first.');
    const index = typeof args[1] === 'number' ? args[1] : undefined;
    const changes = await manifests.preview(session, uri, index);
    const different = changes
      .map(({ name, before, after }) => ({
        name,
        before: before === undefined ? '' : declaredText(before),
        after: declaredText(after),
      }))
      .filter(({ before, after }) => before !== after);
    if (different.length === 0) {
      window.setStatusBarMessage(`$(check) ${session.cluster} is as the manifest says`, 8_000);
      return;
    }
    for (const { name, before, after } of different)
      await comparisons.show(name, `${name}: ${session.cluster} ↔ after Apply`, before, after);
  },
};
