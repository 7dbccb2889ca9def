import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { Health } from '../model/health.ts';
import { type Hover, writeHover } from './hover.ts';
import type { TreeNode } from './treeNode.ts';

/** A row that stands for an object of the API: what commands on rows act on. */
export interface ObjectNode<T extends KubeObject = KubeObject> extends TreeNode {
  readonly resource: Resource<T>;
  readonly object: T;
}

export function isObjectNode(node: unknown): node is ObjectNode {
  return typeof node === 'object' && node !== null && 'resource' in node && 'object' in node;
}

const COLOURS: Record<Health, ThemeColor | undefined> = {
  good: new ThemeColor('testing.iconPassed'),
  busy: new ThemeColor('testing.iconQueued'),
  bad: new ThemeColor('testing.iconFailed'),
  neutral: undefined,
};

export interface ObjectLook {
  readonly icon: string;
  readonly health?: Health;
  /** Status in a word or two, shown grey behind the name. */
  readonly description?: string;
  readonly hover?: Hover;
}

/** The usual row of an object: name, status, icon, and on leaves a click that opens its YAML. */
export function objectItem(node: ObjectNode, look: ObjectLook, expandable: boolean): TreeItem {
  const { object, resource } = node;
  const item = new TreeItem(
    object.metadata.name,
    expandable ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  item.id = node.id;
  item.contextValue = `wheelhouse.object.${resource.plural}`;
  const health = look.health ?? 'neutral';
  item.iconPath = new ThemeIcon(look.icon, COLOURS[health]);
  if (look.description !== undefined) item.description = look.description;
  if (look.hover !== undefined) item.tooltip = writeHover(new MarkdownString(), look.hover);
  item.accessibilityInformation = {
    label: `${resource.kind} ${object.metadata.name}${look.description === undefined ? '' : `, ${look.description}`}`,
  };
  // A click on a row with children opens the row; its YAML is in the menu.
  if (!expandable) item.command = { command: 'wheelhouse.openObject', title: 'Open', arguments: [node] };
  return item;
}

export function objectId(cluster: string, resource: Resource, object: KubeObject, parent = ''): string {
  return `${cluster}/${parent}${resource.plural}/${object.metadata.namespace ?? ''}/${object.metadata.uid}`;
}
