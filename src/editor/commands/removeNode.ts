import { window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickNode } from './pickNode.ts';
import { withProgress } from './progress.ts';

export const removeNode: EditorCommand = {
  id: 'wheelhouse.removeNode',
  async run(context, ...args) {
    const { model } = context;
    const picked = await pickNode(model, args, { title: 'Remove Node' });
    if (picked === undefined) return;
    const { cluster, node } = picked;
    const sure = await window.showWarningMessage(
      `Drain node ${node} of cluster ${cluster}, then remove it with its machine?`,
      { modal: true },
      'Remove',
    );
    if (sure !== 'Remove') return;
    await withProgress(context, { title: `Removing node ${node}` }, (progress, signal) =>
      model.work(cluster, `Removing ${node}`, progress, signal, (own, stop) =>
        model.clusters.removeNode(cluster, node, own, stop),
      ),
    );
  },
};
