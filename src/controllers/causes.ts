import { AsyncLocalStorage } from 'node:async_hooks';
import type { KubeObject } from '../api/meta.ts';
import type { Cause } from '../api/request.ts';
import type { CallOptions, Client } from '../client/contract.ts';
import type { Informer, InformerHandler } from '../client/informer.ts';
import type { InformerFactory } from '../client/informers.ts';

/**
 * Gives a controller's writes their cause without the controller's help: remembers which revision was told to the
 * handlers when a key was enqueued, and adds it to every request that the key's reconcile makes.
 */
export class CauseTracker {
  readonly #actor: string;
  readonly #current = new AsyncLocalStorage<Cause>();
  readonly #revisions = new Map<string, number>();
  #told: number | undefined;

  constructor(actor: string) {
    this.#actor = actor;
  }

  /** Called for every key that is enqueued: the newest revision counts. */
  noteEnqueued(key: string): void {
    if (this.#told !== undefined) this.#revisions.set(key, this.#told);
  }

  async run<R>(key: string, work: () => Promise<R>): Promise<R> {
    const revision = this.#revisions.get(key);
    this.#revisions.delete(key);
    return await this.#current.run(
      revision === undefined ? { actor: this.#actor } : { actor: this.#actor, revision },
      work,
    );
  }

  /** The same informers; their handlers' revision is what `noteEnqueued` notes. */
  informers(factory: InformerFactory): InformerFactory {
    return {
      for: (resource, options) => this.#informer(factory.for(resource, options)),
      start: (signal) => factory.start(signal),
      whenSynced: (signal) => factory.whenSynced(signal),
    };
  }

  client(client: Client): Client {
    const add = <O extends CallOptions>(options: O | undefined): O => {
      const cause = options?.cause ?? this.#current.getStore() ?? { actor: this.#actor };
      return { ...options, cause } as O;
    };
    return {
      ...client,
      create: (resource, draft, options) => client.create(resource, draft, add(options)),
      update: (resource, draft, options) => client.update(resource, draft, add(options)),
      patch: (resource, name, type, patch, options) =>
        client.patch(resource, name, type, patch, add(options)),
      apply: (resource, draft, options) => client.apply(resource, draft, add(options)),
      delete: (resource, name, options) => client.delete(resource, name, add(options)),
      deleteCollection: (resource, options) => client.deleteCollection(resource, add(options)),
      createSubresource: (resource, name, subresource, body, options) =>
        client.createSubresource(resource, name, subresource, body, add(options)),
    };
  }

  #informer<T extends KubeObject>(informer: Informer<T>): Informer<T> {
    return {
      get: (namespace, name) => informer.get(namespace, name),
      list: (namespace) => informer.list(namespace),
      byIndex: (index, key) => informer.byIndex(index, key),
      addIndex: (name, keys) => informer.addIndex(name, keys),
      whenSynced: (signal) => informer.whenSynced(signal),
      addHandler: (handler) => informer.addHandler(this.#noting(handler)),
      get synced() {
        return informer.synced;
      },
      get resourceVersion() {
        return informer.resourceVersion;
      },
    };
  }

  #noting<T extends KubeObject>(handler: InformerHandler<T>): InformerHandler<T> {
    const during = (object: T, call: () => void): void => {
      this.#told = Number(object.metadata.resourceVersion);
      try {
        call();
      } finally {
        this.#told = undefined;
      }
    };
    return {
      onAdd: (object) => during(object, () => handler.onAdd?.(object)),
      onUpdate: (object, old) => during(object, () => handler.onUpdate?.(object, old)),
      onDelete: (object) => during(object, () => handler.onDelete?.(object)),
    };
  }
}
