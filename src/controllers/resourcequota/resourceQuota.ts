import { equal } from '../../api/fields/equal.ts';
import { draftOf, keyOf, type KubeObject, parseKey } from '../../api/meta.ts';
import { formatQuantity, quantityOf } from '../../api/quantity.ts';
import { countedBy, countsAs, isInScope, sumOf, usageOf } from '../../api/quota/usage.ts';
import { groupResourceOf, isSameResource, type Resource } from '../../api/resource.ts';
import { events, resourceQuotas } from '../../api/resources.ts';
import type { ServedResources } from '../../api/servedResources.ts';
import { isNotFound } from '../../api/status.ts';
import type { ResourceQuota } from '../../api/types.ts';
import { ownProperty } from '../../base/ownProperty.ts';
import type { Disposable } from '../../base/disposable.ts';
import type {
  Controller,
  ControllerContext,
  ControllerFactory,
  ReconcileResult,
} from '../../client/controller.ts';
import type { Informer } from '../../client/informer.ts';

/**
 * Admission charges a quota a moment before what it let in is stored: counting waits until the quota has stood still for
 * so long, or it would give back what is about to be used.
 */
const SETTLE_MS = 1000;

/** Keeps what is used of quotas, and gives back what is gone (`pkg/controller/resourcequota`). */
export function resourceQuotaController(resources: ServedResources): ControllerFactory {
  return (context) => {
    const controller = new ResourceQuotaController(context, resources);
    return {
      name: 'resourcequota',
      workers: 5,
      reconcile: (key, signal) => controller.reconcile(key, signal),
      stop() {
        controller.dispose();
        return Promise.resolve();
      },
    } satisfies Controller;
  };
}

class ResourceQuotaController {
  readonly #context: ControllerContext;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #counted = new Map<
    string,
    { readonly resource: Resource; readonly informer: Informer<KubeObject> }
  >();
  /** When each quota last changed, by key; on the clock that only goes on. */
  readonly #changed = new Map<string, number>();
  readonly #changes: Disposable;

  constructor(context: ControllerContext, resources: ServedResources) {
    this.#context = context;
    this.#quotas = context.informers.for(resourceQuotas);
    const wake = (quota: ResourceQuota): void => {
      this.#changed.set(keyOf(quota.metadata), context.clock.monotonic());
      context.enqueue(keyOf(quota.metadata));
    };
    this.#quotas.addHandler({
      onAdd: wake,
      onUpdate: wake,
      onDelete: (quota) => this.#changed.delete(keyOf(quota.metadata)),
    });
    for (const resource of resources.all) this.#follow(resource);
    this.#changes = resources.onChange(({ added, removed }) => {
      for (const resource of removed) this.#counted.delete(groupResourceOf(resource));
      for (const resource of added) this.#follow(resource);
      // The new kinds may include some that quotas count.
      for (const quota of this.#quotas.list()) context.enqueue(keyOf(quota.metadata));
    });
  }

  dispose(): void {
    this.#changes.dispose();
  }

  #follow(resource: Resource): void {
    if (!resource.namespaced || isSameResource(resource, events)) return;
    const informer = this.#context.informers.for(resource);
    this.#counted.set(groupResourceOf(resource), { resource, informer });
    const wake = (object: KubeObject): void => {
      for (const quota of this.#quotas.list(object.metadata.namespace))
        this.#context.enqueue(keyOf(quota.metadata));
    };
    informer.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { namespace = '', name } = parseKey(key);
    const quota = this.#quotas.get(namespace, name);
    if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return undefined;
    const hard = { ...quota.spec?.hard };
    const isNew = !equal(hard, quota.status?.hard);
    const still = this.#context.clock.monotonic() - (this.#changed.get(key) ?? 0);
    if (!isNew && still < SETTLE_MS) return { requeueAfterMs: SETTLE_MS - still };
    const used = this.#usedOf(quota, namespace);
    if (!isNew && equal(used, quota.status?.used)) return undefined;
    const draft = draftOf(quota);
    draft.status = { hard, used };
    try {
      await this.#context.client.update(resourceQuotas, draft, { subresource: 'status', signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  }

  /** The current usage of everything that the quota counts. */
  #usedOf(quota: ResourceQuota, namespace: string): Record<string, string> {
    const usages = [...this.#counted.values()].flatMap(({ resource, informer }) =>
      informer
        .list(namespace)
        .filter((object) => isInScope(quota, resource, object))
        .map((object) => countedBy(quota, usageOf(resource, object))),
    );
    const sum = sumOf(usages);
    const counted = [...this.#counted.values()];
    const before = quota.status?.used ?? {};
    return Object.fromEntries(
      Object.keys(quota.spec?.hard ?? {}).flatMap((name): [string, string][] => {
        if (counted.some(({ resource }) => countsAs(resource, name))) {
          return [[name, formatQuantity(sum.get(name) ?? quantityOf(0))]];
        }
        // Nobody counts it: what was known of it stays, and where nothing was it is not said to be unused.
        const known = ownProperty(before, name);
        return known === undefined ? [] : [[name, known]];
      }),
    );
  }
}
