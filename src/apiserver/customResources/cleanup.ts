import type { Clock } from '../../base/clock.ts';
import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import {
  isConditionTrue,
  type Verdict,
  withCondition,
} from '../../api/kinds/customResourceDefinition/conditions.ts';
import { CLEANUP_FINALIZER } from '../../api/kinds/customResourceDefinition/kind.ts';
import { pathOf, type Resource } from '../../api/resource.ts';
import { customResourceDefinitions } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Loopback } from '../loopback.ts';
import { prefixOf } from '../registry/keys.ts';
import type { LiveResources } from '../resources/table.ts';
import { isBuiltIn } from './builtIns.ts';
import { Wakeups } from '../wakeups.ts';

export interface CleanupOptions {
  one(name: string): CustomResourceDefinition | undefined;
  readonly cache: Cache;
  readonly resources: LiveResources;
  readonly request: Loopback;
  readonly clock: Clock;
  readonly logger: Logger;
}

const IN_PROGRESS: Verdict = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const DELETE_OPTIONS = { kind: 'DeleteOptions', apiVersion: 'v1' };

/**
 * Deletes the objects of a definition that is being deleted, waits until the last one is gone, and removes the
 * definition's finalizer (apiextensions `pkg/controller/finalizer`).
 */
export class Cleanup implements Disposable {
  readonly #options: CleanupOptions;
  readonly #wakeups: Wakeups;
  readonly #waiting = new DisposableStore();
  /** The definitions whose objects are still being deleted, by name. */
  readonly #departures = new Map<string, Disposable>();

  constructor(options: CleanupOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#wakeups = new Wakeups({
      clock,
      work: (name, signal) => this.#clean(name, signal),
      failed: (name, error) => logger.warn('the objects of a definition are not deleted', { name, error }),
    });
  }

  wake(name: string): void {
    if (isEnding(this.#options.one(name))) this.#wakeups.wake(name);
    else this.#stopWaiting(name);
  }

  dispose(): void {
    this.#wakeups.dispose();
    this.#waiting.dispose();
  }

  async #clean(name: string, signal: AbortSignal): Promise<void> {
    const definition = this.#options.one(name);
    if (!isEnding(definition)) return;
    const resource = this.#resourceOf(definition);
    if (resource !== undefined && !this.#isEmpty(resource)) {
      this.#waitFor(name, resource);
      if (await this.#note(definition, signal)) await this.#deleteAll(resource, signal);
      return;
    }
    const { metadata } = definition;
    const finalizers = (metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
    await this.#write({ ...definition, metadata: { ...metadata, finalizers } }, signal);
  }

  /** True if the definition's condition says already that its objects are being deleted. */
  async #note(definition: CustomResourceDefinition, signal: AbortSignal): Promise<boolean> {
    const conditions = definition.status?.conditions ?? [];
    if (conditions.some(({ type, reason }) => type === 'Terminating' && reason === IN_PROGRESS.reason))
      return true;
    const now = timeOf(this.#options.clock.now());
    const status = { ...definition.status, conditions: withCondition(conditions, IN_PROGRESS, now) };
    await this.#write({ ...definition, status }, signal);
    return false;
  }

  async #deleteAll(resource: Resource, signal: AbortSignal): Promise<void> {
    const { cache, request, resources } = this.#options;
    const served = resources.snapshot.stored(resource.group, resource.plural)?.resource;
    if (served === undefined) return;
    const namespaces = new Set(
      cache.list(prefixOf(resource, '')).map(({ object }) => object.metadata.namespace ?? ''),
    );
    for (const namespace of namespaces) {
      await request('DELETE', pathOf(served, { namespace }), DELETE_OPTIONS, signal);
    }
  }

  /** By the status: a schema that would be refused today keeps no definition from going. */
  async #write(definition: CustomResourceDefinition, signal: AbortSignal): Promise<void> {
    const { name } = definition.metadata;
    const path = pathOf(customResourceDefinitions, { name, subresource: 'status' });
    try {
      await this.#options.request('PUT', path, definition, signal);
    } catch (error) {
      // Another writer has changed it. That change wakes this again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  /**
   * Undefined if the definition can have no objects: it was never served, or it names one of the server's own kinds.
   */
  #resourceOf(definition: CustomResourceDefinition): Resource | undefined {
    const { group, names, scope } = definition.spec;
    if (!isConditionTrue(definition, 'Established')) return undefined;
    if (isBuiltIn(definition, this.#options.resources)) return undefined;
    return { group, version: '', plural: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' };
  }

  #isEmpty(resource: Resource): boolean {
    return this.#options.cache.list(prefixOf(resource, '')).length === 0;
  }

  #waitFor(name: string, resource: Resource): void {
    if (this.#departures.has(name)) return;
    const subscription = this.#options.cache.onChange(prefixOf(resource, ''), ({ type }) => {
      // An object may have been created while the others were deleted.
      if (type === 'put' || this.#isEmpty(resource)) this.#wakeups.wake(name);
    });
    this.#departures.set(name, this.#waiting.add(subscription));
  }

  #stopWaiting(name: string): void {
    const subscription = this.#departures.get(name);
    if (subscription === undefined) return;
    this.#departures.delete(name);
    this.#waiting.release(subscription);
  }
}

function isEnding(definition: CustomResourceDefinition | undefined): definition is CustomResourceDefinition {
  const { deletionTimestamp, finalizers } = definition?.metadata ?? {};
  return deletionTimestamp !== undefined && finalizers?.includes(CLEANUP_FINALIZER) === true;
}
