import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

export interface GraphNode {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/**
 * The dependents of each object, by uid (`pkg/controller/garbagecollector/graph.go`). An owner has its dependents here
 * even if it is not known yet. The collector finds out whether it is absent.
 */
export class DependencyGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  dependentsOf(uid: string): readonly GraphNode[] {
    const nodes: GraphNode[] = [];
    for (const dependent of this.#dependents.get(uid) ?? []) {
      const node = this.#nodes.get(dependent);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  put(resource: Resource, object: KubeObject): void {
    const { uid } = object.metadata;
    const before = ownersOf(this.#nodes.get(uid)?.object);
    const now = ownersOf(object);
    this.#nodes.set(uid, { resource, object });
    for (const owner of before) if (!now.has(owner)) this.#unlink(owner, uid);
    for (const owner of now) {
      const dependents = this.#dependents.get(owner);
      if (dependents === undefined) this.#dependents.set(owner, new Set([uid]));
      else dependents.add(uid);
    }
  }

  remove(uid: string): void {
    for (const owner of ownersOf(this.#nodes.get(uid)?.object)) this.#unlink(owner, uid);
    this.#nodes.delete(uid);
  }

  #unlink(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner);
    dependents?.delete(dependent);
    if (dependents?.size === 0) this.#dependents.delete(owner);
  }
}

export function ownersOf(object: KubeObject | undefined): ReadonlySet<string> {
  return new Set((object?.metadata.ownerReferences ?? []).map(({ uid }) => uid));
}

export function hasFinalizer(object: KubeObject, name: string): boolean {
  return object.metadata.finalizers?.includes(name) === true;
}

export function isEnding(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** In foreground deletion: stays until its dependents have gone. */
export function waitsForDependents(object: KubeObject): boolean {
  return isEnding(object) && hasFinalizer(object, FOREGROUND);
}

/** The next action for one object. */
export type Verdict =
  | { readonly type: 'nothing' }
  /** Its dependents lose it as an owner, then it loses the finalizer. */
  | { readonly type: 'orphan'; readonly dependents: readonly GraphNode[] }
  /** It waits for these to go; those that are not being deleted yet are to be looked at. */
  | { readonly type: 'wait'; readonly dependents: readonly GraphNode[] }
  /** Nothing blocks the end of its foreground deletion. */
  | { readonly type: 'release' }
  /** Another owner keeps it: these references go. */
  | { readonly type: 'drop'; readonly owners: readonly string[] }
  /** No owner keeps it. `unblock`: it is in a circle, its references must not block. */
  | {
      readonly type: 'delete';
      readonly policy: 'Orphan' | 'Foreground' | 'Background';
      readonly unblock: boolean;
    };

/** How things stand with one owner of an object. */
export type OwnerState = 'solid' | 'waiting' | 'absent';

/** The rules of `garbagecollector.go` attemptToDeleteItem, processDeletingDependentsItem and orphanDependents. Pure. */
export function judge(
  graph: Pick<DependencyGraph, 'dependentsOf'>,
  node: GraphNode,
  stateOf: (owner: OwnerReference) => OwnerState,
): Verdict {
  const { object } = node;
  const { uid, ownerReferences = [] } = object.metadata;
  if (isEnding(object)) {
    const dependents = graph.dependentsOf(uid);
    if (hasFinalizer(object, ORPHAN)) return { type: 'orphan', dependents };
    if (!hasFinalizer(object, FOREGROUND)) return { type: 'nothing' };
    const blocking = dependents.filter((dependent) => blocks(dependent.object, uid));
    return blocking.length === 0 ? { type: 'release' } : { type: 'wait', dependents };
  }
  if (ownerReferences.length === 0) return { type: 'nothing' };
  const states = ownerReferences.map((reference) => ({ uid: reference.uid, state: stateOf(reference) }));
  const gone = states.filter(({ state }) => state !== 'solid').map((owner) => owner.uid);
  if (gone.length < states.length)
    return gone.length === 0 ? { type: 'nothing' } : { type: 'drop', owners: gone };

  const dependents = graph.dependentsOf(uid);
  if (states.some(({ state }) => state === 'waiting') && dependents.length > 0) {
    const circle = dependents.some((dependent) => waitsForDependents(dependent.object));
    return { type: 'delete', policy: 'Foreground', unblock: circle };
  }
  const policy = hasFinalizer(object, ORPHAN)
    ? 'Orphan'
    : hasFinalizer(object, FOREGROUND)
      ? 'Foreground'
      : 'Background';
  return { type: 'delete', policy, unblock: false };
}

function blocks(dependent: KubeObject, owner: string): boolean {
  return (dependent.metadata.ownerReferences ?? []).some(
    (reference) => reference.uid === owner && reference.blockOwnerDeletion === true,
  );
}
