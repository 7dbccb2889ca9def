import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import * as resources from '../../api/resources.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { httpsClient, type HttpsClient } from '../../client/https.ts';
import type { Informer } from '../../client/informer.ts';
import { createInformerFactory } from '../../client/informerFactory.ts';
import { Discovery } from './discovery.ts';
import { parseKubeconfig, type KubeconfigContext } from '../../client/kubeconfig.ts';

/** What the tree shows, kept up to date by one watch each. */
const WATCHED: readonly Resource[] = [
  resources.nodes,
  resources.namespaces,
  resources.deployments,
  resources.replicaSets,
  resources.pods,
  resources.services,
  resources.configMaps,
  resources.secrets,
  resources.events,
];

/** The editor's connection to one running cluster: a client and the caches that the views read. */
export class ClusterSession implements Disposable {
  readonly cluster: string;
  readonly context: KubeconfigContext;
  readonly client: HttpsClient;
  readonly discovery: Discovery;
  readonly clock: Clock;
  /** Its control plane is of this build. */
  readonly own = true;
  readonly #factory;
  readonly #store = new DisposableStore();
  readonly #stop = new AbortController();

  constructor(options: { cluster: string; kubeconfig: string; clock: Clock; logger: Logger }) {
    this.cluster = options.cluster;
    this.clock = options.clock;
    this.context = parseKubeconfig(options.kubeconfig);
    this.client = this.#store.add(httpsClient({ ...this.context.client, userAgent: 'wheelhouse-editor' }));
    this.discovery = new Discovery(this.client);
    this.#factory = createInformerFactory({
      client: this.client,
      clock: options.clock,
      logger: options.logger,
    });
    for (const watched of WATCHED) this.#factory.for(watched);
    this.#factory.start(this.#stop.signal);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  informer<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    return this.#factory.for(resource);
  }

  /** Whether there is a cache of this resource. */
  watches(resource: Resource): boolean {
    return WATCHED.some((w) => w.plural === resource.plural && w.group === resource.group);
  }

  /** The cache of a resource, undefined where it is not watched. */
  watched(resource: Resource): Informer<KubeObject> | undefined {
    const known = WATCHED.find((w) => w.plural === resource.plural && w.group === resource.group);
    return known === undefined ? undefined : this.#factory.for(known);
  }

  /** Calls back with the resource of every change, once its first list is there. */
  onChange(listener: (resource: Resource) => void): Disposable {
    const store = new DisposableStore();
    for (const watched of WATCHED) {
      const changed = (): void => listener(watched);
      store.add(
        this.#factory.for(watched).addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed }),
      );
    }
    return store;
  }

  dispose(): void {
    this.#stop.abort();
    this.#store.dispose();
  }
}
