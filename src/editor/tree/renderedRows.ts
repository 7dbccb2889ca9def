import type { TreeItem } from 'vscode';
import type { TreeNode } from './treeNode.ts';

/**
 * The rows that the editor has, and what they look like there. While the editor reads a row's children again, a click
 * on one of them does not say which object it is about. So children are read again only where other ones are there. A
 * child that has changed is redrawn by itself, and one that looks the same is left alone.
 */
export class RenderedRows {
  readonly #children = new Map<string, readonly TreeNode[]>();
  readonly #looks = new Map<string, string>();

  item(node: TreeNode): TreeItem {
    const item = node.item();
    this.#looks.set(node.id, lookOf(item));
    return item;
  }

  /** The editor has been given these as the children of a row, or of the tree. */
  note(parent: TreeNode | undefined, children: readonly TreeNode[]): void {
    const id = parent?.id ?? '';
    const there = new Set(children.map((child) => child.id));
    for (const child of this.#children.get(id) ?? []) if (!there.has(child.id)) this.#forget(child);
    this.#children.set(id, children);
  }

  /**
   * What is to be redrawn after something that this row shows has changed: the row with its children, some of the
   * children, or nothing. The rows that the editor has stand for the objects as they are now.
   */
  renew(node: TreeNode): TreeNode[] {
    if (this.#looksOther(node)) return [node];
    // It has never been opened: the editor asks when it is.
    const given = this.#children.get(node.id);
    if (given === undefined) return [];
    const fresh = node.children?.() ?? [];
    const same =
      given.length === fresh.length && given.every((child, index) => child.id === fresh[index]?.id);
    if (!same) return [node];
    given.forEach((child, index) => Object.assign(child, fresh[index]));
    return given.filter((child) => this.#looksOther(child));
  }

  #looksOther(node: TreeNode): boolean {
    return lookOf(node.item()) !== this.#looks.get(node.id);
  }

  #forget(node: TreeNode): void {
    this.#looks.delete(node.id);
    for (const child of this.#children.get(node.id) ?? []) this.#forget(child);
    this.#children.delete(node.id);
  }
}

/** All of an item but its command, which holds the object. */
function lookOf(item: TreeItem): string {
  return JSON.stringify(item, (key, value: unknown) => (key === 'command' ? undefined : value));
}
