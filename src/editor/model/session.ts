import type { Clock } from '../../base/clock.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resource, type Resource } from '../../api/resource.ts';
import type { Client } from '../../client/contract.ts';
import { httpsClient } from '../../client/https.ts';
import type { Informer } from '../../client/informer.ts';
import { createInformerFactory } from '../../client/informerFactory.ts';
import type { KubeconfigContext } from '../../client/kubeconfig.ts';
import { Discovery } from './discovery.ts';
import { ServedKinds } from './servedKinds.ts';

export interface SessionOptions {
  /** The cluster's name in this window: of one of ours, or of a context. */
  readonly cluster: string;
  readonly context: KubeconfigContext;
  /** Its control plane is of this build. */
  readonly own: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends with the session: what renews its credentials. */
  readonly ends?: Disposable;
  /** What requests go through. Default: HTTPS, as the context says. */
  readonly client?: Client;
}

/** The editor's connection to one running cluster: a client and the caches that the views read. */
export class ClusterSession implements Disposable {
  readonly cluster: string;
  readonly context: KubeconfigContext;
  readonly client: Client;
  readonly discovery: Discovery;
  readonly served: ServedKinds;
  readonly clock: Clock;
  /** Its control plane is of this build. */
  readonly own: boolean;
  readonly #factory;
  readonly #store = new DisposableStore();
  readonly #stop = new AbortController();
  readonly #watched = new Map<string, Resource>();
  readonly #listeners = new Set<(resource: Resource) => void>();

  constructor({ cluster, context, own, clock, logger, ends, client }: SessionOptions) {
    this.cluster = cluster;
    this.context = context;
    this.own = own;
    this.clock = clock;
    if (ends !== undefined) this.#store.add(ends);
    this.client =
      client ?? this.#store.add(httpsClient({ ...context.client, userAgent: 'wheelhouse-editor' }));
    this.discovery = new Discovery(this.client);
    this.served = this.#store.add(new ServedKinds(this.client));
    this.#factory = createInformerFactory({ client: this.client, clock, logger });
    this.#store.add(this.served.onDidChange(() => this.#tell(SERVED)));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The cache of a resource: one watch, which begins when somebody asks first and lasts as long as the session. */
  informer<T extends KubeObject>(of: Resource<T>): Informer<T> {
    const informer = this.#factory.for(of);
    const key = keyOf(of);
    if (!this.#watched.has(key)) {
      this.#watched.set(key, of);
      const changed = (): void => this.#tell(of);
      // It lives as long as the session.
      informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed, onState: changed });
      this.#factory.start(this.#stop.signal);
    }
    return informer;
  }

  /** The cache of a resource where there is one already: nothing is watched for this. */
  cached<T extends KubeObject>(of: Resource<T>): Informer<T> | undefined {
    return this.#watched.has(keyOf(of)) ? this.#factory.for(of) : undefined;
  }

  /** Calls back with the resource of every change of a cache, and with SERVED where others may be served. */
  onChange(listener: (resource: Resource) => void): Disposable {
    // A function of its own, so that the same listener may be added twice.
    const own = (of: Resource): void => listener(of);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  }

  dispose(): void {
    this.#stop.abort();
    this.#listeners.clear();
    this.#store.dispose();
  }

  #tell(of: Resource): void {
    for (const listener of this.#listeners) listener(of);
  }
}

/** Stands for the list of what is served, among the resources that change. */
export const SERVED: Resource = resource('', '', 'apiresources', 'APIResource', 'Cluster');

function keyOf({ group, version, plural }: Resource): string {
  return `${group}/${version}/${plural}`;
}
