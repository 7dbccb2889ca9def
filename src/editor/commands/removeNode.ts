import { window } from 'vscode';
import { nodes } from '../../api/resources.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';
import { withProgress } from './progress.ts';

export const removeNode: EditorCommand = {
  id: 'wheelhouse.removeNode',
  async run({ model, output }, ...args) {
    const session = await pickSession(model, args, 'Remove Node');
    if (session === undefined) return;
    const [row] = args;
    const names = session
      .informer(nodes)
      .list()
      .map((node) => node.metadata.name);
    const node = isObjectNode(row)
      ? row.object.metadata.name
      : await window.showQuickPick(names, { title: 'Remove Node' });
    if (node === undefined) return;
    const sure = await window.showWarningMessage(
      `Drain node ${node} of cluster ${session.cluster}, then remove it with its machine?`,
      { modal: true },
      'Remove',
    );
    if (sure !== 'Remove') return;
    await withProgress(`Removing node ${node}`, output, (progress, signal) =>
      model.clusters.removeNode(session.cluster, node, progress, signal),
    );
  },
};
