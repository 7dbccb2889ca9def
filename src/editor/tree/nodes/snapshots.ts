import { MarkdownString, ThemeIcon, TreeItem } from 'vscode';
import type { ClusterSnapshot } from '../../../cluster/snapshots/snapshot.ts';
import type { ClusterEntry } from '../../model/clusterEntry.ts';
import { flagsOf } from '../flags.ts';
import { writeHover } from '../hover.ts';
import { section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

/** A snapshot of a whole cluster. */
export interface SnapshotNode extends TreeNode {
  readonly snapshot: ClusterSnapshot;
}

export function isSnapshotNode(node: unknown): node is SnapshotNode {
  return typeof node === 'object' && node !== null && 'snapshot' in node && 'cluster' in node;
}

/** The snapshots of a cluster, newest first; no section where it has none. */
export function snapshotsSection(entry: ClusterEntry): readonly TreeNode[] {
  const snapshots = entry.traits?.snapshots ?? [];
  if (snapshots.length === 0) return [];
  return [
    section({
      id: `${entry.name}/snapshots`,
      cluster: entry.name,
      label: 'Snapshots',
      icon: 'archive',
      contextValue: `wheelhouse.snapshots${flagsOf(entry)}`,
      count: () => snapshots.length,
      children: () => snapshots.toReversed().map((snapshot) => snapshotNode(entry, snapshot)),
    }),
  ];
}

function snapshotNode(entry: ClusterEntry, snapshot: ClusterSnapshot): SnapshotNode {
  const id = `${entry.name}/snapshots/${snapshot.name}`;
  return {
    id,
    cluster: entry.name,
    snapshot,
    item() {
      const item = new TreeItem(snapshot.name);
      item.id = id;
      item.description = snapshotText(snapshot);
      item.iconPath = new ThemeIcon('archive');
      item.contextValue = `wheelhouse.snapshot${flagsOf(entry)}`;
      item.tooltip = writeHover(new MarkdownString(), {
        text: `Nodes: ${snapshot.nodes.map((node) => node.name).join(', ')}`,
        paragraphs: [`Resource version ${snapshot.revision}`],
      });
      item.accessibilityInformation = { label: `Snapshot ${snapshot.name}, ${snapshotText(snapshot)}` };
      return item;
    },
  };
}

/** When it was saved, in the user's own way of writing times, and how much it holds. */
export function snapshotText({ time, nodes }: ClusterSnapshot): string {
  const count = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
  return `${new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })} · ${count}`;
}
