import { window, workspace } from 'vscode';
import { isObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';

export const openObject: EditorCommand = {
  id: 'wheelhouse.openObject',
  async run({ liveObjects }, ...args) {
    const [row] = args;
    if (!isObjectNode(row)) throw new Error('Choose an object in the cluster tree.');
    const document = await workspace.openTextDocument(
      liveObjects.uriOf(row.cluster, row.resource, row.object),
    );
    await window.showTextDocument(document, { preview: true, preserveFocus: true });
  },
};
