import { draftOf, type KubeObject } from '../../api/meta.ts';
import { isSameResource, type Resource } from '../../api/resource.ts';
import type { ServedResources } from '../../api/servedResources.ts';
import { events, namespaces, pods } from '../../api/resources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import type { Namespace } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../../client/controller.ts';
import { deletionConditions, type Emptying } from './conditions.ts';

const FINALIZER = 'kubernetes';

/** Deletions come in bursts; one look for several of them. */
const GATHER_MS = 20;

/**
 * Empties namespaces that are being deleted and then lets them go (`pkg/controller/namespace/deletion`): pods first,
 * everything else when the last pod has gone (KEP-5080). What it waits for it sees in the informers: nothing is polled.
 */
export function namespaceController(resources: ServedResources): ControllerFactory {
  return (context) => {
    const all = context.informers.for(namespaces);
    const isEnding = (name: string | undefined): boolean =>
      all.get(undefined, name ?? '')?.metadata.deletionTimestamp !== undefined;
    const wake = (namespace: Namespace): void => {
      if (namespace.metadata.deletionTimestamp !== undefined) context.enqueue(namespace.metadata.name);
    };
    all.addHandler({ onAdd: wake, onUpdate: wake });
    const follow = (resource: Resource): void => {
      // Nothing holds an Event up, so nothing waits for its end.
      if (!resource.namespaced || isSameResource(resource, events)) return;
      context.informers.for(resource).addHandler({
        onDelete({ metadata: { namespace = '' } }) {
          if (isEnding(namespace)) context.enqueue(namespace, GATHER_MS);
        },
      });
    };
    resources.all.forEach(follow);
    const changes = resources.onChange(({ added }) => added.forEach(follow));
    return {
      ...controllerFor(context, () => resources.all.filter(({ namespaced }) => namespaced)),
      stop() {
        changes.dispose();
        return Promise.resolve();
      },
    };
  };
}

function controllerFor(context: ControllerContext, resources: () => readonly Resource[]): Controller {
  const { client, clock } = context;

  /** All at once; one by one where the resource cannot be deleted as a collection. */
  const deleteAll = async (namespace: string, resource: Resource, signal: AbortSignal): Promise<void> => {
    const options = { propagationPolicy: 'Background', signal } as const;
    try {
      await client.deleteCollection(resource, { namespace, ...options });
    } catch (error) {
      if (!isReason(error, 'MethodNotAllowed')) throw error;
      for (const { metadata } of (await client.list(resource, { namespace, signal })).items) {
        await client.delete(resource, metadata, options).catch(undefinedIfGone);
      }
    }
  };

  /** Deletes what there is of a resource and adds what remains to `found`. */
  const empty = async (
    namespace: string,
    resource: Resource,
    found: Tally,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      const before = await client.list(resource, { namespace, signal });
      if (before.items.length === 0) return;
      if (before.items.some((object) => object.metadata.deletionTimestamp === undefined)) {
        await deleteAll(namespace, resource, signal);
      }
      const { items } = await client.list(resource, { namespace, signal });
      found.add(resource, items);
    } catch (error) {
      found.errors.push(error instanceof Error ? error.message : String(error));
    }
  };

  const emptyAll = async (namespace: string, signal: AbortSignal): Promise<Emptying> => {
    const found = new Tally(namespace);
    await empty(namespace, pods, found, signal);
    if (found.remaining.size > 0 || found.errors.length > 0) return found;
    await Promise.all(
      resources()
        .filter((each) => !isSameResource(each, pods))
        .map((each) => empty(namespace, each, found, signal)),
    );
    return found;
  };

  const writeStatus = async (
    namespace: Namespace,
    found: Emptying,
    signal: AbortSignal,
  ): Promise<Namespace> => {
    const conditions = deletionConditions(namespace.status?.conditions ?? [], found, clock.now());
    const status = { phase: 'Terminating', conditions: [...conditions] };
    if (equal(namespace.status, status)) return namespace;
    const draft = draftOf(namespace);
    draft.status = status;
    return await client.update(namespaces, draft, { subresource: 'status', signal });
  };

  return {
    name: 'namespace',
    workers: 5,
    async reconcile(name, signal) {
      // Past the cache: only a namespace that is being deleted under this name may be emptied.
      const namespace = await client.get(namespaces, { name }, { signal }).catch(undefinedIfGone);
      if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
      if (!(namespace.spec?.finalizers ?? []).includes(FINALIZER)) return undefined;
      const found = await emptyAll(name, signal);
      const current = await writeStatus(namespace, found, signal);
      if (found.errors.length > 0) throw new Error(found.errors.join(', '));
      if (found.remaining.size > 0) return undefined;
      const draft = draftOf(current);
      draft.spec = {
        finalizers: (draft.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER),
      };
      await client.update(namespaces, draft, { subresource: 'finalize', signal }).catch(undefinedIfGone);
      return undefined;
    },
  };
}

function undefinedIfGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}

class Tally implements Emptying {
  readonly errors: string[] = [];
  readonly remaining = new Map<Resource, number>();
  readonly finalizers = new Map<string, number>();
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  add(resource: Resource, items: readonly KubeObject[]): void {
    if (items.length === 0) return;
    this.remaining.set(resource, items.length);
    for (const { metadata } of items) {
      for (const finalizer of metadata.finalizers ?? []) {
        this.finalizers.set(finalizer, (this.finalizers.get(finalizer) ?? 0) + 1);
      }
    }
    // An object that waits for neither a finalizer nor its grace period should be gone by now.
    if (items.some(({ metadata }) => metadata.deletionTimestamp === undefined)) {
      const { group, version, plural } = resource;
      this.errors.push(
        `unexpected items still remain in namespace: ${this.#namespace} for gvr: ${group}/${version}, Resource=${plural}`,
      );
    }
  }
}
