import type { KubeObject } from '../../../api/meta.ts';
import { controllerOf } from '../../../api/meta.ts';
import { groupResourceOf, type Resource } from '../../../api/resource.ts';
import { pods } from '../../../api/resources.ts';
import type { Pod } from '../../../api/types.ts';
import { viewOf } from '../../kinds/index.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';
import { containerNodes } from './containers.ts';

export interface ObjectRowOptions {
  /** Tells rows of the same object apart where it stands in several places of the tree. */
  readonly parent?: string;
  /** The name of what owns it, which the row need not repeat. */
  readonly owner?: string;
}

/** The row of an object of any kind, with what it owns below. */
export function objectRow(
  session: ClusterSession,
  resource: Resource,
  object: KubeObject,
  { parent = '', owner = '' }: ObjectRowOptions = {},
): ObjectNode {
  const view = viewOf(resource);
  const id = objectId(session.cluster, resource, object, parent);
  const owned = ownedKinds(session, view.owns ?? []);
  const hasContainers = resource.plural === pods.plural && containersOf(object).length > 1;
  const children = (): readonly TreeNode[] =>
    hasContainers
      ? containerNodes(session, object as Pod, id)
      : ownedRows(session, object, owned, `${parent}${object.metadata.uid}/`);
  const node: ObjectNode = {
    id,
    cluster: session.cluster,
    resource,
    object,
    ...(owned.length === 0
      ? {}
      : { watches: [...owned, ...owned.flatMap((kind) => grandchildren(session, kind))] }),
    item() {
      const expandable = owned.length > 0 || hasContainers;
      const look = view.look(object, session.clock.now());
      const item = objectItem(node, { icon: view.icon, ...look }, expandable);
      const { name } = object.metadata;
      if (owner !== '' && name.startsWith(`${owner}-`)) item.label = name.slice(owner.length + 1);
      item.contextValue = `wheelhouse.object.${resource.plural}${flagsOf(session, resource, view.can ?? [])}${stateFlags(object)}`;
      return item;
    },
    ...(owned.length > 0 || hasContainers ? { children } : {}),
  };
  return node;
}

/** What commands can do with the object: what its kind can, and what its server offers. */
function flagsOf(session: ClusterSession, resource: Resource, can: readonly string[]): string {
  const scales = session.served.find(resource)?.subresources.includes('scale') === true;
  const flags = new Set([...can, ...(scales ? ['scale'] : [])]);
  return [...flags].map((flag) => `;${flag}`).join('');
}

/** What is true of it now, where commands go one way or the other. */
function stateFlags(object: KubeObject): string {
  const { spec } = object as { readonly spec?: { readonly paused?: boolean; readonly suspend?: boolean } };
  return `${spec?.paused === true ? ';paused' : ''}${spec?.suspend === true ? ';suspended' : ''}`;
}

function ownedKinds(session: ClusterSession, names: readonly string[]): readonly Resource[] {
  return session.served
    .known()
    .filter(({ resource }) => names.includes(groupResourceOf(resource)))
    .map(({ resource }) => resource);
}

/** A change in the row of an owned kind changes its owner's row too. */
function grandchildren(session: ClusterSession, kind: Resource): readonly Resource[] {
  return ownedKinds(session, viewOf(kind).owns ?? []);
}

/**
 * What an object controls. A rollout's only set of replicas needs no row of its own: its pods stand in its place, and
 * sets without any are history.
 */
function ownedRows(
  session: ClusterSession,
  object: KubeObject,
  kinds: readonly Resource[],
  parent: string,
): readonly TreeNode[] {
  const { namespace, uid, name } = object.metadata;
  return kinds.flatMap((kind) => {
    const all = session
      .informer(kind)
      .list(namespace)
      .filter((candidate) => controllerOf(candidate)?.uid === uid);
    const shown = kind.plural === 'replicasets' ? all.filter(hasReplicas) : all;
    const [only] = shown;
    const below = ownedKinds(session, viewOf(kind).owns ?? []);
    if (kind.plural === 'replicasets' && shown.length === 1 && only !== undefined)
      return ownedRows(session, only, below, parent).map((row) => row);
    return byName(shown).map((row) => objectRow(session, kind, row, { parent, owner: name }));
  });
}

function hasReplicas(object: KubeObject): boolean {
  const { spec, status } = object as {
    readonly spec?: { readonly replicas?: number };
    readonly status?: { readonly replicas?: number };
  };
  return (spec?.replicas ?? 1) > 0 || (status?.replicas ?? 0) > 0;
}

function containersOf(object: KubeObject): readonly unknown[] {
  const { spec } = object as Pod;
  return [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
}
