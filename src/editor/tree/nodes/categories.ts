import { ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import type { KubeObject } from '../../../api/meta.ts';
import { groupResourceOf, type Resource } from '../../../api/resource.ts';
import { controllerOf } from '../../../api/meta.ts';
import { viewOf } from '../../kinds/index.ts';
import type { Category } from '../../kinds/kindView.ts';
import { SERVED, type ClusterSession } from '../../model/session.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';
import { objectRow } from './objects.ts';

interface CategoryLook {
  readonly category: Category;
  readonly label: string;
  readonly icon: string;
}

const NAMESPACED: readonly CategoryLook[] = [
  { category: 'workloads', label: 'Workloads', icon: 'layers' },
  { category: 'pods', label: 'Pods', icon: 'package' },
  { category: 'network', label: 'Network', icon: 'globe' },
  { category: 'configuration', label: 'Configuration', icon: 'settings' },
  { category: 'storage', label: 'Storage', icon: 'database' },
  { category: 'access', label: 'Access', icon: 'key' },
  { category: 'other', label: 'Custom Resources', icon: 'extensions' },
];

const CLUSTER: readonly CategoryLook[] = [
  { category: 'storage', label: 'Storage', icon: 'database' },
  { category: 'access', label: 'Access', icon: 'key' },
  { category: 'configuration', label: 'Configuration', icon: 'settings' },
  { category: 'network', label: 'Network', icon: 'globe' },
  { category: 'other', label: 'Definitions and Custom Resources', icon: 'extensions' },
];

/** What is in a namespace, grouped as people look for it. A group is watched from when it is opened first. */
export function namespaceCategories(session: ClusterSession, namespace: string): readonly TreeNode[] {
  return categories(session, namespace, NAMESPACED);
}

/** The objects without a namespace, except nodes and namespaces. */
export function clusterResources(session: ClusterSession): TreeNode {
  return section({
    id: `${session.cluster}/resources`,
    cluster: session.cluster,
    label: 'Cluster Resources',
    icon: 'symbol-misc',
    watches: [SERVED],
    children: () => categories(session, undefined, CLUSTER),
  });
}

function categories(
  session: ClusterSession,
  namespace: string | undefined,
  looks: readonly CategoryLook[],
): readonly TreeNode[] {
  return looks.flatMap((look) => {
    const kinds = kindsIn(session, namespace !== undefined, look.category);
    if (kinds.length === 0) return [];
    const id = `${session.cluster}/${namespace ?? ''}/${look.category}`;
    if (look.category === 'other') {
      const { cluster } = session;
      const children = (): readonly TreeNode[] =>
        kinds.map((kind) => kindSection(session, namespace, kind, id));
      return [section({ ...look, id, cluster, children })];
    }
    return [objectsSection(session, namespace, kinds, { ...look, id })];
  });
}

/** Kinds that can be listed and watched; those that no group knows come by the names of their kinds. */
function kindsIn(session: ClusterSession, namespaced: boolean, category: Category): readonly Resource[] {
  return session.served
    .known()
    .filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'))
    .map(({ resource }) => resource)
    .filter((kind) => kind.namespaced === namespaced && viewOf(kind).category === category)
    .toSorted((a, b) => (category === 'other' ? a.kind.localeCompare(b.kind) : 0));
}

/** One kind of its own: its objects are watched when somebody opens it. */
function kindSection(
  session: ClusterSession,
  namespace: string | undefined,
  kind: Resource,
  parent: string,
): TreeNode {
  return objectsSection(session, namespace, [kind], {
    id: `${parent}/${groupResourceOf(kind)}`,
    label: kind.kind,
    icon: viewOf(kind).icon,
    ...(kind.group === '' ? {} : { description: kind.group }),
  });
}

function objectsSection(
  session: ClusterSession,
  namespace: string | undefined,
  kinds: readonly Resource[],
  look: {
    readonly id: string;
    readonly label: string;
    readonly icon: string;
    readonly description?: string;
  },
): TreeNode {
  const objects = (kind: Resource): readonly KubeObject[] => session.informer(kind).list(namespace);
  return section({
    ...look,
    cluster: session.cluster,
    watches: kinds,
    // Nothing is watched for the sake of a number.
    count: () => {
      const caches = kinds.flatMap((kind) => session.cached(kind) ?? []);
      if (caches.length < kinds.length) return undefined;
      return kinds.reduce((sum, kind) => sum + roots(kind, objects(kind)).length, 0);
    },
    children: () => [
      ...kinds.flatMap((kind) =>
        byName(roots(kind, objects(kind))).map((object) => objectRow(session, kind, object)),
      ),
      ...kinds.flatMap((kind) => stateRow(session, kind, look.id)),
    ],
  });
}

/** Objects with a controller are shown below it, except pods, which have a section of their own. */
function roots(kind: Resource, objects: readonly KubeObject[]): readonly KubeObject[] {
  if (kind.plural === 'pods' || viewOf(kind).category !== 'workloads') return objects;
  return objects.filter((object) => controllerOf(object) === undefined);
}

/** Why a kind is not shown (yet); nothing where it is. */
function stateRow(session: ClusterSession, kind: Resource, parent: string): readonly TreeNode[] {
  const { synced, failure } = session.informer(kind);
  if (failure === undefined && synced) return [];
  const id = `${parent}/state/${groupResourceOf(kind)}`;
  return [
    {
      id,
      cluster: session.cluster,
      item() {
        const item = new TreeItem(failure === undefined ? `Loading ${kind.plural}…` : `No ${kind.plural}`);
        item.id = id;
        item.iconPath =
          failure === undefined
            ? new ThemeIcon('loading~spin')
            : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
        if (failure !== undefined) item.description = failure.message;
        return item;
      },
    },
  ];
}
