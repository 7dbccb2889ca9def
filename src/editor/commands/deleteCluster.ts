import { window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const deleteCluster: EditorCommand = {
  id: 'wheelhouse.deleteCluster',
  async run({ model, output }, ...args) {
    const name = await pickCluster(model, args, { title: 'Delete Cluster' });
    if (name === undefined) return;
    const { nodes } = await model.clusters.profile(name);
    const machines = nodes.length === 1 ? 'its node' : `its ${nodes.length} nodes`;
    const sure = await window.showWarningMessage(
      `Delete cluster ${name} with ${machines} and all its data?`,
      { modal: true },
      'Delete',
    );
    if (sure !== 'Delete') return;
    await withProgress(`Deleting cluster ${name}`, output, (_progress, signal) => model.delete(name, signal));
  },
};
