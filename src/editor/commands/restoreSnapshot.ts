import { window } from 'vscode';
import type { NodeProfile } from '../../cluster/profile.ts';
import type { ClusterSnapshot } from '../../cluster/snapshots/snapshot.ts';
import { snapshotText } from '../tree/nodes/snapshots.ts';
import type { EditorCommand } from './command.ts';
import { pickSnapshot } from './pickSnapshot.ts';
import { withProgress } from './progress.ts';

export const restoreSnapshot: EditorCommand = {
  id: 'wheelhouse.restoreSnapshot',
  async run(context, ...args) {
    const { model } = context;
    const picked = await pickSnapshot(model, args, 'Restore Snapshot');
    if (picked === undefined) return;
    const { cluster, snapshot } = picked;
    const { nodes } = await model.clusters.profile(cluster);
    const sure = await window.showWarningMessage(
      `Put cluster ${cluster} back to snapshot ${snapshot.name}?`,
      { modal: true, detail: lost(snapshot, nodes) },
      'Restore',
    );
    if (sure !== 'Restore') return;
    await withProgress(
      context,
      { title: `Restoring snapshot ${snapshot.name} of ${cluster}` },
      (progress, signal) => model.restoreSnapshot(cluster, snapshot.name, progress, signal),
    );
  },
};

/** What a restore takes away, in words. */
function lost(snapshot: ClusterSnapshot, now: readonly NodeProfile[]): string {
  const then = new Set(snapshot.nodes.map(({ name }) => name));
  const removed = now.map(({ name }) => name).filter((name) => !then.has(name));
  return [
    `Saved ${snapshotText(snapshot)}. All that has changed since then is lost: objects of the cluster, and what is on the disks and in the memory of its nodes.`,
    ...(removed.length === 0 ? [] : [`Removed, because they came later: ${removed.join(', ')}.`]),
  ].join('\n\n');
}
