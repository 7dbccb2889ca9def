import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Resource } from '../../api/resource.ts';
import type { TreeNode } from './treeNode.ts';

export interface SectionOptions {
  readonly id: string;
  readonly cluster: string;
  readonly label: string;
  readonly icon: string;
  readonly watches?: readonly Resource[];
  readonly showsWork?: boolean;
  readonly contextValue?: string;
  readonly expanded?: boolean;
  /** Shown grey behind the label. */
  readonly description?: string;
  /** Shown grey behind the label: how many there are; undefined where that is not known. */
  readonly count?: () => number | undefined;
  readonly children: () => readonly TreeNode[];
}

/** More rows than this are not of use to anybody, and slow the editor down: the rest is counted. */
const MOST_ROWS = 500;

/** A row that groups others: Nodes, Namespaces, Pods, … */
export function section(options: SectionOptions): TreeNode {
  return {
    id: options.id,
    cluster: options.cluster,
    ...(options.watches === undefined ? {} : { watches: options.watches }),
    ...(options.showsWork === undefined ? {} : { showsWork: options.showsWork }),
    item() {
      const item = new TreeItem(
        options.label,
        options.expanded === true ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
      );
      item.id = options.id;
      item.iconPath = new ThemeIcon(options.icon);
      item.contextValue = options.contextValue ?? 'wheelhouse.section';
      const count = options.count?.();
      const description = [
        ...(count === undefined ? [] : [String(count)]),
        ...(options.description === undefined ? [] : [options.description]),
      ].join(' · ');
      if (description !== '') item.description = description;
      return item;
    },
    children() {
      const all = options.children();
      if (all.length <= MOST_ROWS) return all;
      return [...all.slice(0, MOST_ROWS), rest(options, all.length - MOST_ROWS)];
    },
  };
}

function rest(options: SectionOptions, count: number): TreeNode {
  const id = `${options.id}/rest`;
  return {
    id,
    cluster: options.cluster,
    item() {
      const item = new TreeItem(`… and ${count} more`);
      item.id = id;
      return item;
    },
  };
}

export function byName<T extends { readonly metadata: { readonly name: string } }>(
  objects: readonly T[],
): readonly T[] {
  return [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
