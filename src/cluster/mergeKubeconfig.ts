import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { ClusterError } from './errors.ts';

const LISTS = ['clusters', 'users', 'contexts'] as const;

/**
 * The user's own kubeconfig with the entries of another one added, in place of those of the same names. What else is in
 * it stays as it is, comments too. `use`: the other's current context becomes the current one.
 */
export function mergeKubeconfig(own: string, other: string, use: boolean): string {
  const document = documentOf(own);
  const added = parseDocument(other).toJS() as Readonly<Record<string, unknown>>;
  for (const [key, value] of [
    ['apiVersion', 'v1'],
    ['kind', 'Config'],
  ] as const)
    if (!document.has(key)) document.set(key, value);
  for (const list of LISTS) {
    const entries = added[list];
    for (const entry of Array.isArray(entries) ? (entries as { name: string }[]) : [])
      put(listIn(document, list), document, entry);
  }
  if (use || !document.has('current-context')) document.set('current-context', added['current-context']);
  return document.toString({ lineWidth: 0 });
}

/**
 * The user's own kubeconfig without the entries of this name, undefined where there are none. It is the current context
 * no longer.
 */
export function takeFromKubeconfig(own: string, name: string): string | undefined {
  const document = documentOf(own);
  let found = false;
  for (const list of LISTS) {
    const entries = document.get(list);
    if (!isSeq(entries)) continue;
    const index = indexOf(entries, name);
    if (index < 0) continue;
    entries.items.splice(index, 1);
    found = true;
  }
  if (!found) return undefined;
  if (document.get('current-context') === name) document.set('current-context', '');
  return document.toString({ lineWidth: 0 });
}

function documentOf(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ClusterError(`the kubeconfig is no YAML: ${error.message}`, 'Mend it first.');
  }
  // The first entry makes a mapping of nothing.
  if (document.contents !== null && !isMap(document.contents))
    throw new ClusterError('the kubeconfig is not a mapping', 'Mend it first.');
  return document;
}

function listIn(document: Document, key: string): YAMLSeq {
  const list = document.get(key);
  if (isSeq(list)) {
    // An empty list is written `[]`: what is added to it must stand on lines of its own.
    if (list.items.length === 0) list.flow = false;
    return list;
  }
  const made = document.createNode([]);
  made.flow = false;
  document.set(key, made);
  return made;
}

function put(list: YAMLSeq, document: Document, entry: { readonly name: string }): void {
  const node = document.createNode(entry);
  const index = indexOf(list, entry.name);
  if (index < 0) list.add(node);
  else list.set(index, node);
}

function indexOf(list: YAMLSeq, name: string): number {
  return list.items.findIndex((item) => isMap(item) && item.get('name') === name);
}
