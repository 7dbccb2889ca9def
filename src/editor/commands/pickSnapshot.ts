import { window } from 'vscode';
import type { ClusterSnapshot } from '../../cluster/snapshots/snapshot.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { isSnapshotNode, snapshotText } from '../tree/nodes/snapshots.ts';
import { pickCluster } from './pick.ts';

export interface PickedSnapshot {
  readonly cluster: string;
  readonly snapshot: ClusterSnapshot;
}

/** A snapshot: that of a tree row, or one that the user picks, newest first. */
export async function pickSnapshot(
  model: ClusterModel,
  args: readonly unknown[],
  title: string,
): Promise<PickedSnapshot | undefined> {
  const [row] = args;
  if (isSnapshotNode(row)) return { cluster: row.cluster, snapshot: row.snapshot };
  const cluster = await pickCluster(model, args, {
    phases: ['running', 'stopped', 'failed'],
    can: 'snapshots',
    title,
  });
  if (cluster === undefined) return undefined;
  const snapshots = (await model.clusters.snapshots(cluster)).toReversed();
  if (snapshots.length === 0) throw new Error(`Cluster ${cluster} has no snapshots. Save one first.`);
  const items = snapshots.map((snapshot) => ({
    label: snapshot.name,
    description: snapshotText(snapshot),
    snapshot,
  }));
  const picked = await window.showQuickPick(items, {
    title: `${title} of ${cluster}`,
    placeHolder: 'Which snapshot?',
    matchOnDescription: true,
  });
  return picked === undefined ? undefined : { cluster, snapshot: picked.snapshot };
}
