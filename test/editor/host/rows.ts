import type { TreeItem } from 'vscode';
import type { ClusterTree } from '../../../src/editor/tree/clusterTree.ts';
import type { TreeNode } from '../../../src/editor/tree/treeNode.ts';
import { wheelhouse } from './extension.ts';

export interface Row {
  readonly node: TreeNode;
  readonly item: TreeItem;
}

export const labelOf = (item: TreeItem): string =>
  typeof item.label === 'string' ? item.label : (item.label?.label ?? '');

/** The rows of the tree below a path of labels. */
export function rows(...path: readonly string[]): readonly Row[] {
  return rowsOf(wheelhouse().exports.tree, path);
}

/** The same of any of the trees. */
export function rowsOf(tree: ClusterTree, path: readonly string[]): readonly Row[] {
  let parent: TreeNode | undefined;
  for (const label of path) {
    parent = tree.getChildren(parent).find((node) => labelOf(tree.getTreeItem(node)) === label);
    if (parent === undefined) throw new Error(`there is no row ${label} of ${path.join(' / ')}`);
  }
  return tree.getChildren(parent).map((node) => ({ node, item: tree.getTreeItem(node) }));
}

/** One row of the tree by its path. */
export function row(...path: readonly string[]): Row {
  const found = rows(...path.slice(0, -1)).find(({ item }) => labelOf(item) === path.at(-1));
  if (found === undefined) throw new Error(`there is no row ${path.join(' / ')}`);
  return found;
}
