import { createDeferred } from '../base/deferred.ts';
import { type Disposable, toDisposable } from '../base/disposable.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { keyOf, type KubeObject } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import type { Client, ObjectEvent } from './contract.ts';
import type { Informer, InformerHandler } from './informer.ts';
import type { InformerFactory } from './informers.ts';
import { reflect, type ReflectorSink } from './reflector.ts';
import { Store } from './store.ts';

export interface InformerFactoryOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1) for the jitter of retries. */
  readonly random?: () => number;
  /** The longest delay between attempts to reach the server. Default 30 s. */
  readonly maxRetryMs?: number;
}

export interface RunningInformerFactory extends InformerFactory {
  /** Ends the informers of a resource that is no longer served: handlers hear that everything is gone. */
  drop(resource: Resource): void;
  /** Resolves when all loops have ended after the signal's abort. */
  stopped(): Promise<void>;
}

export function createInformerFactory(options: InformerFactoryOptions): RunningInformerFactory {
  const informers = new Map<string, SharedInformer<KubeObject>>();
  const running = new Set<Promise<void>>();

  return {
    for<T extends KubeObject>(
      resource: Resource<T>,
      selection: { fieldSelector?: string } = {},
    ): Informer<T> {
      const key = `${addressOf(resource)}?${selection.fieldSelector ?? ''}`;
      let informer = informers.get(key);
      if (informer === undefined) {
        informer = new SharedInformer<KubeObject>(options, resource, selection.fieldSelector);
        informers.set(key, informer);
      }
      return informer as unknown as Informer<T>;
    },

    drop(resource) {
      const prefix = `${addressOf(resource)}?`;
      for (const [key, informer] of informers) {
        if (!key.startsWith(prefix)) continue;
        informers.delete(key);
        informer.end();
      }
    },

    start(signal) {
      for (const informer of informers.values()) {
        if (informer.started) continue;
        const run = informer.run(signal);
        running.add(run);
        void run.finally(() => running.delete(run));
      }
    },

    async whenSynced(signal) {
      await Promise.all([...informers.values()].map((informer) => informer.whenSynced(signal)));
    },

    async stopped() {
      await Promise.all(running);
    },
  };
}

function addressOf({ group, version, plural }: Resource): string {
  return `${group}/${version}/${plural}`;
}

class SharedInformer<T extends KubeObject> implements Informer<T>, ReflectorSink<T> {
  readonly #options: InformerFactoryOptions;
  readonly #resource: Resource<T>;
  readonly #fieldSelector: string | undefined;
  readonly #store = new Store<T>();
  readonly #handlers = new Set<InformerHandler<T>>();
  readonly #firstList = createDeferred<undefined>();
  readonly #ended = new AbortController();
  #synced = false;
  #started = false;
  #failure: Error | undefined;
  #resourceVersion = '';

  constructor(options: InformerFactoryOptions, resource: Resource<T>, fieldSelector: string | undefined) {
    this.#options = options;
    this.#resource = resource;
    this.#fieldSelector = fieldSelector;
  }

  get started(): boolean {
    return this.#started;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  run(signal: AbortSignal): Promise<void> {
    this.#started = true;
    const { client, clock, logger, random, maxRetryMs } = this.#options;
    return reflect(
      this,
      {
        client,
        clock,
        logger,
        random,
        maxRetryMs,
        resource: this.#resource,
        fieldSelector: this.#fieldSelector,
      },
      AbortSignal.any([signal, this.#ended.signal]),
    );
  }

  /** Stops following the server, and forgets everything. */
  end(): void {
    this.#ended.abort();
    for (const key of [...this.#store.keys()]) this.#remove(key, undefined);
    this.#handlers.clear();
  }

  whenSynced(signal: AbortSignal): Promise<void> {
    if (this.#synced) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void =>
        reject(new Error('informer stopped before it was synced', { cause: signal.reason }));
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      void this.#firstList.promise.then(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  addIndex(name: string, keys: (object: T) => readonly string[]): void {
    this.#store.addIndex(name, keys);
  }

  addHandler(handler: InformerHandler<T>): Disposable {
    for (const object of this.#store.list()) this.#tell(handler, (h) => h.onAdd?.(object));
    this.#handlers.add(handler);
    return toDisposable(() => this.#handlers.delete(handler));
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#store.get(namespace, name);
  }

  list(namespace?: string): readonly T[] {
    return this.#store.list(namespace);
  }

  byIndex(index: string, key: string): readonly T[] {
    return this.#store.byIndex(index, key);
  }

  replace(objects: readonly T[], resourceVersion: string): void {
    const gone = new Set(this.#store.keys());
    this.#resourceVersion = resourceVersion;
    for (const object of objects) {
      const key = keyOf(object.metadata);
      gone.delete(key);
      if (this.#store.byKey(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) {
        this.#put(key, object);
      }
    }
    for (const key of gone) this.#remove(key, undefined);
    if (this.#synced) return;
    this.#synced = true;
    this.#firstList.resolve(undefined);
    this.#tellState();
  }

  fail(failure: Error | undefined): void {
    if (this.#failure?.message === failure?.message) return;
    this.#failure = failure;
    this.#tellState();
  }

  #tellState(): void {
    for (const handler of this.#handlers) this.#tell(handler, (h) => h.onState?.());
  }

  apply(event: ObjectEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#resourceVersion = event.resourceVersion;
      return;
    }
    this.#resourceVersion = event.object.metadata.resourceVersion;
    const key = keyOf(event.object.metadata);
    if (event.type === 'DELETED') this.#remove(key, event.object);
    else this.#put(key, event.object);
  }

  /** An object with another uid under the same key is another object: its predecessor's end is told first. */
  #put(key: string, object: T): void {
    const known = this.#store.byKey(key);
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#remove(key, undefined);
    const old = this.#store.put(key, object);
    for (const handler of this.#handlers) {
      this.#tell(handler, (h) => (old === undefined ? h.onAdd?.(object) : h.onUpdate?.(object, old)));
    }
  }

  #remove(key: string, last: T | undefined): void {
    const old = this.#store.remove(key);
    if (old === undefined) return;
    for (const handler of this.#handlers) this.#tell(handler, (h) => h.onDelete?.(last ?? old));
  }

  #tell(handler: InformerHandler<T>, call: (handler: InformerHandler<T>) => void): void {
    try {
      call(handler);
    } catch (error) {
      this.#options.logger.error('informer handler failed', { resource: this.#resource.plural, error });
    }
  }
}
