import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ClusterEntry, ClusterState } from '../../model/clusterModel.ts';
import type { TreeNode } from '../treeNode.ts';
import { namespacesSection } from './namespaces.ts';
import { nodesSection } from './nodes.ts';

/** A cluster, running or not. */
export interface ClusterNode extends TreeNode {
  readonly entry: ClusterEntry;
}

export function isClusterNode(node: unknown): node is ClusterNode {
  return typeof node === 'object' && node !== null && 'entry' in node;
}

export function clusterNode(entry: ClusterEntry): ClusterNode {
  const { name, state } = entry;
  return {
    id: `cluster/${name}`,
    cluster: name,
    entry,
    item() {
      const expandable = state.phase === 'running';
      const item = new TreeItem(
        name,
        expandable ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
      );
      // The phase is part of the id: the editor remembers "no children" of a row that has become expandable.
      item.id = `cluster/${name}/${expandable ? 'running' : 'other'}`;
      item.description = describe(state);
      item.iconPath = icon(state);
      item.contextValue = `wheelhouse.cluster.${state.phase}`;
      item.accessibilityInformation = { label: `Cluster ${name}, ${describe(state)}` };
      if (state.phase === 'failed') item.tooltip = state.message;
      return item;
    },
    children: () =>
      state.phase === 'running' ? [nodesSection(state.session), namespacesSection(state.session)] : [],
  };
}

function describe(state: ClusterState): string {
  switch (state.phase) {
    case 'stopped':
      return 'stopped';
    case 'busy':
      return state.message;
    case 'running':
      return state.owned ? 'running' : 'running (attached)';
    case 'failed':
      return `failed: ${state.message}`;
  }
}

function icon(state: ClusterState): ThemeIcon {
  switch (state.phase) {
    case 'stopped':
      return new ThemeIcon('debug-stop');
    case 'busy':
      return new ThemeIcon('loading~spin');
    case 'running':
      return new ThemeIcon('server-environment', new ThemeColor('testing.iconPassed'));
    case 'failed':
      return new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  }
}
