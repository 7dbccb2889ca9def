import { window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickSnapshot } from './pickSnapshot.ts';
import { withProgress } from './progress.ts';

export const deleteSnapshot: EditorCommand = {
  id: 'wheelhouse.deleteSnapshot',
  async run(context, ...args) {
    const picked = await pickSnapshot(context.model, args, 'Delete Snapshot');
    if (picked === undefined) return;
    const { cluster, snapshot } = picked;
    const sure = await window.showWarningMessage(
      `Delete snapshot ${snapshot.name} of cluster ${cluster}?`,
      { modal: true, detail: 'The cluster itself stays as it is.' },
      'Delete',
    );
    if (sure !== 'Delete') return;
    await withProgress(
      context,
      { title: `Deleting snapshot ${snapshot.name} of ${cluster}` },
      (progress, signal) =>
        context.model.work(cluster, `Deleting snapshot ${snapshot.name}`, progress, signal, (_own, stop) =>
          context.model.clusters.deleteSnapshot(cluster, snapshot.name, stop),
        ),
    );
  },
};
