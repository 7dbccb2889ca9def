import { window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const deleteCluster: EditorCommand = {
  id: 'wheelhouse.deleteCluster',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, { title: 'Delete Cluster' });
    if (name === undefined) return;
    const { nodes } = await model.clusters.profile(name);
    const machines = nodes.length === 1 ? 'its node' : `its ${nodes.length} nodes`;
    const snapshots = model.entry(name)?.traits?.snapshots.length ?? 0;
    const kept = snapshots === 0 ? '' : snapshots === 1 ? ', its snapshot' : `, its ${snapshots} snapshots`;
    const sure = await window.showWarningMessage(
      `Delete cluster ${name} with ${machines}${kept} and all its data?`,
      { modal: true },
      'Delete',
    );
    if (sure !== 'Delete') return;
    await withProgress(context, { title: `Deleting cluster ${name}` }, (_progress, signal) =>
      model.delete(name, signal),
    );
  },
};
