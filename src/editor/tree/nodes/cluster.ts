import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ClusterEntry, ClusterState } from '../../model/clusterEntry.ts';
import { flagsOf } from '../flags.ts';
import type { TreeNode } from '../treeNode.ts';
import { clusterResources } from './categories.ts';
import { namespacesSection } from './namespaces.ts';
import { nodesSection, type NodesWorld } from './nodes.ts';
import { snapshotsSection } from './snapshots.ts';

/** A cluster, running or not. */
export interface ClusterNode extends TreeNode {
  readonly entry: ClusterEntry;
}

export function isClusterNode(node: unknown): node is ClusterNode {
  return typeof node === 'object' && node !== null && 'entry' in node;
}

export function clusterNodes(world: NodesWorld): readonly TreeNode[] {
  return world.model.entries().map(({ name }) => clusterNode(world, name));
}

/** The row reads its contents when it is shown: the editor keeps a row over many refreshes. */
function clusterNode(world: NodesWorld, name: string): ClusterNode {
  const { model } = world;
  const entryNow = (): ClusterEntry =>
    model.entry(name) ?? { name, state: { phase: 'stopped' }, failures: new Map() };
  const children = (): readonly TreeNode[] => {
    const entry = entryNow();
    const { state } = entry;
    return [
      ...nodesSection(world, entry),
      ...snapshotsSection(entry),
      ...(state.phase === 'running'
        ? [namespacesSection(state.session), clusterResources(state.session)]
        : []),
    ];
  };
  return {
    id: `cluster/${name}`,
    cluster: name,
    showsWork: true,
    get entry() {
      return entryNow();
    },
    item() {
      const entry = entryNow();
      const { state } = entry;
      const expandable = children().length > 0;
      const item = new TreeItem(
        name,
        expandable ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
      );
      // Whether it expands is part of the id: the editor remembers "no children" of a row that has become expandable.
      item.id = `cluster/${name}/${expandable ? 'rows' : 'leaf'}`;
      item.description = describe(entry);
      item.iconPath = icon(entry);
      item.contextValue = `wheelhouse.cluster.${phaseOf(state)}${flagsOf(entry)}`;
      item.accessibilityInformation = { label: `Cluster ${name}, ${describe(entry)}` };
      if (state.phase === 'failed') item.tooltip = state.message;
      if (state.phase === 'stopped' && state.controlPlaneDown === true) {
        item.tooltip = 'Its machines run, and nobody runs its control plane. Start brings it back.';
      }
      return item;
    },
    children,
  };
}

/** A suspended cluster is resumed, not started. */
function phaseOf(state: ClusterState): string {
  return state.phase === 'stopped' && state.suspended === true ? 'suspended' : state.phase;
}

function describe({ state, work }: ClusterEntry): string {
  switch (state.phase) {
    case 'stopped':
      return work?.message ?? stoppedText(state);
    case 'busy':
      return work?.message ?? 'starting';
    case 'running': {
      const running = state.owned ? 'running' : 'running (attached)';
      return work === undefined ? running : `${running} · ${work.message}`;
    }
    case 'failed':
      return `failed: ${state.message}`;
  }
}

function stoppedText({ suspended, controlPlaneDown }: Extract<ClusterState, { phase: 'stopped' }>): string {
  if (controlPlaneDown === true) return 'control plane down';
  return suspended === true ? 'suspended' : 'stopped';
}

function icon({ state, work }: ClusterEntry): ThemeIcon {
  if (work !== undefined) return new ThemeIcon('loading~spin');
  switch (state.phase) {
    case 'stopped':
      if (state.controlPlaneDown === true) {
        return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
      }
      return new ThemeIcon(state.suspended === true ? 'debug-pause' : 'debug-stop');
    case 'busy':
      return new ThemeIcon('loading~spin');
    case 'running':
      return new ThemeIcon('server-environment', new ThemeColor('testing.iconPassed'));
    case 'failed':
      return new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  }
}
