import type { KubeObject, ObjectName, OwnerReference } from '../../api/meta.ts';
import type { Disposable } from '../../base/disposable.ts';
import { isSameResource, type Resource } from '../../api/resource.ts';
import { events } from '../../api/resources.ts';
import type { ServedResources } from '../../api/servedResources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import type {
  Controller,
  ControllerContext,
  ControllerFactory,
  ReconcileResult,
} from '../../client/controller.ts';
import {
  DependencyGraph,
  FOREGROUND,
  type GraphNode,
  hasFinalizer,
  isEnding,
  judge,
  ORPHAN,
  type OwnerState,
  ownersOf,
  waitsForDependents,
} from './graph.ts';

/** Owners that were not there when asked for: their other dependents need not ask again. */
const MAX_ABSENT = 500;

/**
 * Deletes what has lost its owners, and carries out the propagation policies of deletions
 * (`pkg/controller/garbagecollector`). Keys are uids.
 */
export function garbageCollector(resources: ServedResources): ControllerFactory {
  return (context) => {
    const collector = new GarbageCollector(context, resources);
    return {
      name: 'garbagecollector',
      workers: 10,
      reconcile: (uid, signal) => collector.reconcile(uid, signal),
      stop() {
        collector.dispose();
        return Promise.resolve();
      },
    } satisfies Controller;
  };
}

class GarbageCollector {
  readonly #context: ControllerContext;
  readonly #graph = new DependencyGraph();
  readonly #resources = new Map<string, Resource>();
  readonly #absent = new Set<string>();
  readonly #changes: Disposable;

  constructor(context: ControllerContext, resources: ServedResources) {
    this.#context = context;
    for (const resource of resources.all) this.#follow(resource);
    this.#changes = resources.onChange(({ added, removed }) => {
      for (const resource of removed) this.#resources.delete(kindKey(resource));
      for (const resource of added) this.#follow(resource);
    });
  }

  dispose(): void {
    this.#changes.dispose();
  }

  #follow(resource: Resource): void {
    // Events are many, own nothing and go by themselves.
    if (isSameResource(resource, events)) return;
    this.#resources.set(kindKey(resource), resource);
    this.#context.informers.for(resource).addHandler({
      onAdd: (object) => this.#put(resource, object),
      onUpdate: (object) => this.#put(resource, object),
      onDelete: (object) => this.#remove(object),
    });
  }

  async reconcile(uid: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const node = this.#graph.get(uid);
    if (node === undefined) return undefined;
    const states = new Map<string, OwnerState>();
    if (!isEnding(node.object)) {
      for (const owner of node.object.metadata.ownerReferences ?? []) {
        states.set(owner.uid, await this.#stateOf(node, owner, signal));
      }
    }
    const verdict = judge(this.#graph, node, (owner) => states.get(owner.uid) ?? 'solid');
    switch (verdict.type) {
      case 'nothing':
        break;
      case 'orphan':
        for (const dependent of verdict.dependents) await this.#dropOwners(dependent, [uid], signal);
        await this.#removeFinalizer(node, ORPHAN, signal);
        break;
      case 'wait':
        for (const { object } of verdict.dependents) {
          if (!isEnding(object)) this.#context.enqueue(object.metadata.uid);
        }
        break;
      case 'release':
        await this.#removeFinalizer(node, FOREGROUND, signal);
        break;
      case 'drop':
        await this.#dropOwners(node, verdict.owners, signal);
        break;
      case 'delete':
        if (verdict.unblock) await this.#unblock(node, signal);
        await this.#delete(node, verdict.policy, signal);
        break;
    }
    return undefined;
  }

  #put(resource: Resource, object: KubeObject): void {
    const { uid } = object.metadata;
    const before = this.#graph.get(uid)?.object;
    this.#graph.put(resource, object);
    const owners = ownersOf(object);
    if (isEnding(object)) {
      if (hasFinalizer(object, ORPHAN) || hasFinalizer(object, FOREGROUND)) this.#context.enqueue(uid);
      if (waitsForDependents(object) && (before === undefined || !waitsForDependents(before))) {
        this.#enqueueDependents(uid);
      }
    } else if (object.metadata.ownerReferences?.some((owner) => this.#needsLook(owner, object))) {
      this.#context.enqueue(uid);
    }
    // An owner that waits may have one dependent less.
    for (const owner of new Set([...ownersOf(before), ...owners])) this.#enqueueIfWaiting(owner);
  }

  #remove(object: KubeObject): void {
    const { uid } = object.metadata;
    const owners = ownersOf(this.#graph.get(uid)?.object);
    this.#enqueueDependents(uid);
    this.#graph.remove(uid);
    for (const owner of owners) this.#enqueueIfWaiting(owner);
  }

  #needsLook(owner: OwnerReference, dependent: KubeObject): boolean {
    const known = this.#graph.get(owner.uid);
    return known === undefined || !isNamedBy(known, owner, dependent) || waitsForDependents(known.object);
  }

  #enqueueDependents(uid: string): void {
    for (const { object } of this.#graph.dependentsOf(uid)) this.#context.enqueue(object.metadata.uid);
  }

  #enqueueIfWaiting(owner: string): void {
    const known = this.#graph.get(owner);
    if (known !== undefined && waitsForDependents(known.object)) this.#context.enqueue(owner);
  }

  /** From the graph where the owner is known; else the API is asked, past all caches. */
  async #stateOf(dependent: GraphNode, owner: OwnerReference, signal: AbortSignal): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid);
    if (known !== undefined && isNamedBy(known, owner, dependent.object)) {
      return waitsForDependents(known.object) ? 'waiting' : 'solid';
    }
    if (known !== undefined && isElsewhere(known, owner, dependent.object)) {
      this.#tellOfNamespace(dependent.object, owner);
    }
    const slash = owner.apiVersion.indexOf('/');
    const group = slash < 0 ? '' : owner.apiVersion.slice(0, slash);
    const resource = this.#resources.get(kindKey({ group, kind: owner.kind }));
    // Nothing is known about a kind that is not served, so nothing may be deleted because of it.
    if (resource === undefined) return 'solid';
    const { namespace } = dependent.object.metadata;
    if (resource.namespaced && namespace === undefined) {
      this.#tellOfNamespace(dependent.object, owner);
      return 'solid';
    }
    const key = `${owner.uid} ${resource.namespaced ? (namespace ?? '') : ''}`;
    if (this.#absent.has(key)) return 'absent';
    try {
      const at = resource.namespaced ? { namespace, name: owner.name } : { name: owner.name };
      const found = await this.#context.client.get(resource, at, { signal });
      if (found.metadata.uid === owner.uid) return waitsForDependents(found) ? 'waiting' : 'solid';
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#absent.add(key);
    if (this.#absent.size > MAX_ABSENT)
      for (const oldest of [...this.#absent].slice(0, 1)) this.#absent.delete(oldest);
    return 'absent';
  }

  /** An owner is in the namespace of its dependents, or in none: a reference across means nothing. */
  #tellOfNamespace(dependent: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): void {
    const { namespace = '' } = dependent.metadata;
    const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    this.#context.events.event(
      dependent,
      'Warning',
      'OwnerRefInvalidNamespace',
      `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`,
    );
  }

  async #delete(
    { resource, object }: GraphNode,
    propagationPolicy: 'Orphan' | 'Foreground' | 'Background',
    signal: AbortSignal,
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    try {
      await this.#context.client.delete(resource, nameOf(object), {
        // Only in the state that was judged: owners may have changed.
        preconditions: { uid, resourceVersion },
        propagationPolicy,
        signal,
      });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
  }

  async #dropOwners(node: GraphNode, owners: readonly string[], signal: AbortSignal): Promise<void> {
    const rest = (node.object.metadata.ownerReferences ?? []).filter(({ uid }) => !owners.includes(uid));
    await this.#patchOwners(
      node,
      owners.map((uid) => ({ $patch: 'delete', uid })),
      rest,
      signal,
    );
  }

  async #unblock(node: GraphNode, signal: AbortSignal): Promise<void> {
    const references = (node.object.metadata.ownerReferences ?? []).map((reference) => ({
      ...reference,
      blockOwnerDeletion: false,
    }));
    const patched = await this.#patchOwners(node, references, references, signal);
    if (patched !== undefined) this.#graph.put(node.resource, patched);
  }

  async #removeFinalizer(node: GraphNode, name: string, signal: AbortSignal): Promise<void> {
    const { finalizers = [], resourceVersion } = node.object.metadata;
    const rest = finalizers.filter((each) => each !== name);
    const metadata = { uid: node.object.metadata.uid, resourceVersion, finalizers: rest };
    try {
      const type = 'application/merge-patch+json';
      await this.#context.client.patch(node.resource, nameOf(node.object), type, { metadata }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * By a strategic merge patch, which bears other changes of the object. Custom kinds take none: theirs names all
   * references and the revision that it was made from (garbagecollector `patch.go`).
   */
  async #patchOwners(
    { resource, object }: GraphNode,
    changes: readonly object[],
    all: readonly OwnerReference[],
    signal: AbortSignal,
  ): Promise<KubeObject | undefined> {
    const { client } = this.#context;
    const { uid, resourceVersion } = object.metadata;
    const at = nameOf(object);
    const strategic = 'application/strategic-merge-patch+json';
    try {
      const patch = { metadata: { uid, ownerReferences: changes } };
      return await client.patch(resource, at, strategic, patch, { signal });
    } catch (error) {
      // Gone, or another object under the same name.
      if (isNotFound(error) || isReason(error, 'Conflict', 'Invalid')) return undefined;
      if (!isReason(error, 'UnsupportedMediaType')) throw error;
    }
    try {
      const patch = { metadata: { uid, resourceVersion, ownerReferences: all } };
      return await client.patch(resource, at, 'application/merge-patch+json', patch, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

function kindKey({ group, kind }: Pick<Resource, 'group' | 'kind'>): string {
  return `${group}/${kind}`;
}

/** The reference means this object: same kind and name, and the namespace of the dependent. */
function isNamedBy(owner: GraphNode, reference: OwnerReference, dependent: KubeObject): boolean {
  const { metadata, kind } = owner.object;
  return (
    kind === reference.kind &&
    metadata.name === reference.name &&
    (metadata.namespace === undefined || metadata.namespace === dependent.metadata.namespace)
  );
}

/** The reference would mean this object, were it not in another namespace. */
function isElsewhere({ object }: GraphNode, reference: OwnerReference, dependent: KubeObject): boolean {
  const { metadata, kind } = object;
  return (
    kind === reference.kind &&
    metadata.name === reference.name &&
    metadata.namespace !== undefined &&
    metadata.namespace !== dependent.metadata.namespace
  );
}

function nameOf(object: KubeObject): ObjectName {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}
