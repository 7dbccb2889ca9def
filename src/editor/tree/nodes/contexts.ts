import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContextEntry, KubeContexts } from '../../model/contexts.ts';
import type { ClusterModel } from '../../model/clusterModel.ts';
import type { MachineStates } from '../../model/machineStates.ts';
import type { Clock } from '../../../base/clock.ts';
import { SERVED } from '../../model/session.ts';
import type { TreeNode } from '../treeNode.ts';
import { clusterResources } from './categories.ts';
import { namespacesSection } from './namespaces.ts';
import { sessionNodes } from './nodes.ts';

/** A context of the user's kubeconfig. */
export interface ContextNode extends TreeNode {
  readonly context: string;
}

export function isContextNode(node: unknown): node is ContextNode {
  return typeof node === 'object' && node !== null && 'context' in node && 'cluster' in node;
}

export interface ContextsWorld {
  readonly contexts: KubeContexts;
  readonly model: ClusterModel;
  readonly machines: MachineStates;
  readonly clock: Clock;
}

export function contextNodes(world: ContextsWorld): readonly TreeNode[] {
  return world.contexts.entries().map(({ context }) => contextNode(world, context.name));
}

/** A row per context; its cluster is asked for nothing before the user connects to it. */
function contextNode(world: ContextsWorld, name: string): ContextNode {
  const { contexts } = world;
  const children = (): readonly TreeNode[] => {
    const session = contexts.session(name);
    if (session === undefined) return [];
    return [sessionNodes(world, session), namespacesSection(session), clusterResources(session)];
  };
  return {
    id: `context/${name}`,
    cluster: name,
    context: name,
    watches: [SERVED],
    item() {
      const entry = contexts.entry(name);
      const phase = entry?.state.phase ?? 'idle';
      const connected = phase === 'connected';
      const item = new TreeItem(
        name,
        connected ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
      );
      // The editor remembers "no children" of a row that has become expandable.
      item.id = `context/${name}/${connected ? 'rows' : 'leaf'}`;
      const description = entry === undefined ? '' : describe(entry, contexts.current === name);
      item.description = description;
      item.iconPath = icon(phase);
      item.contextValue = `wheelhouse.context.${phase}`;
      item.accessibilityInformation = { label: `Context ${name}, ${description}` };
      if (entry?.state.phase === 'failed') item.tooltip = entry.state.message;
      else if (entry !== undefined) item.tooltip = entry.context.server;
      if (!connected)
        item.command = { command: 'wheelhouse.connectContext', title: 'Connect', arguments: [this] };
      return item;
    },
    children,
  };
}

function describe({ context, state }: ContextEntry, isCurrent: boolean): string {
  const current = isCurrent ? ['current'] : [];
  switch (state.phase) {
    case 'idle':
      return [...current, 'not connected'].join(', ');
    case 'connecting':
      return 'connecting…';
    case 'connected':
      return [...current, 'connected', hostOf(context.server)].join(', ');
    case 'failed':
      return `not reachable: ${state.message}`;
  }
}

function hostOf(server: string): string {
  try {
    return new URL(server).host;
  } catch {
    return server;
  }
}

function icon(phase: ContextEntry['state']['phase']): ThemeIcon {
  switch (phase) {
    case 'idle':
      return new ThemeIcon('debug-disconnect');
    case 'connecting':
      return new ThemeIcon('loading~spin');
    case 'connected':
      return new ThemeIcon('cloud', new ThemeColor('testing.iconPassed'));
    case 'failed':
      return new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  }
}
