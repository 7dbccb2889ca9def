import { systemClock, type Clock } from '../../src/base/clock.ts';
import { createLogger, type Logger } from '../../src/base/logger.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import type { ServedResources } from '../../src/api/servedResources.ts';
import { storedResources } from '../../src/apiserver/resources/stored.ts';
import { pods } from '../../src/api/resources.ts';
import { isConflict, isNotFound } from '../../src/api/status.ts';
import { timeOf } from '../../src/api/time.ts';
import type { Pod } from '../../src/api/types.ts';
import type { Client } from '../../src/client/contract.ts';
import type { Informer } from '../../src/client/informer.ts';
import { createInformerFactory, type RunningInformerFactory } from '../../src/client/informerFactory.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { runControllers, type ControllerEntry } from '../../src/controllers/manager.ts';
import { prefixOf } from '../../src/apiserver/registry/keys.ts';
import type { AdmissionPlugin } from '../../src/apiserver/admission/contract.ts';
import { admin, startTestServer, type TestServer, type TestServerOptions } from './apiServer.ts';

export interface ControlledCluster {
  readonly server: TestServer;
  readonly client: Client;
  /** Marks pods ready, and gone when they are deleted; undefined where the test plays the kubelet itself. */
  readonly kubelet: SimulatedKubelet | undefined;
  /** Objects of a resource as the API server's cache has them now. */
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
  get<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string): T | undefined;
  /** Resolves when the condition holds; it is looked at after every change of the store. */
  until(what: string, condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** An API server with some controllers and, where wanted, a kubelet that runs every pod without a node. */
export async function startControlledCluster(options: {
  readonly controllers:
    readonly ControllerEntry[] | ((served: ServedResources) => readonly ControllerEntry[]);
  readonly kubelet?: boolean;
  readonly clock?: Clock;
  readonly admission?: readonly AdmissionPlugin[];
  /** Anything else that the API server is to have. */
  readonly server?: Partial<TestServerOptions>;
  readonly logger?: Logger;
}): Promise<ControlledCluster> {
  const { controllers, clock = systemClock, kubelet: withKubelet = true, admission = [] } = options;
  const {
    logger = createLogger(
      (line) =>
        process.stderr.write(`${line}
`),
      { level: 'error' },
    ),
  } = options;
  const server = await startTestServer({ clock, admission, logger, ...options.server });
  const client = inProcessClient(server.handler, admin);
  const stop = new AbortController();
  const mirror = createInformerFactory({ client, clock, logger });
  const served = storedResources(server.resources);
  const running = runControllers(
    {
      controllers: typeof controllers === 'function' ? controllers(served) : controllers,
      resources: served,
      clientFor: (user) => inProcessClient(server.handler, user),
      clock,
      logger,
    },
    stop.signal,
  );
  const kubelet = withKubelet ? new SimulatedKubelet(client, mirror, clock, logger) : undefined;
  mirror.start(stop.signal);
  await mirror.whenSynced(stop.signal);

  const list: ControlledCluster['list'] = <T extends KubeObject>(resource: Resource<T>, namespace?: string) =>
    server.cache
      .list(prefixOf(resource, ''))
      .map((entry) => entry.object as T)
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  return {
    server,
    client,
    kubelet,
    list,
    get: (resource, namespace, name) => list(resource, namespace).find((o) => o.metadata.name === name),
    async until(what, condition) {
      if (condition()) return;
      await new Promise<void>((resolve, reject) => {
        const subscription = server.cache.onChange('', () => check());
        const late = setTimeout(() => {
          subscription.dispose();
          reject(new Error(`did not come about: ${what}`));
        }, 8_000);
        const check = (): void => {
          if (!condition()) return;
          clearTimeout(late);
          subscription.dispose();
          resolve();
        };
        check();
      });
    },
    async stop() {
      stop.abort();
      await running;
      await mirror.stopped();
      await kubelet?.idle();
      await server.stop();
    },
  };
}

/** Runs pods that need no container: ready at once, or when the test says so, and gone when they are deleted. */
export class SimulatedKubelet {
  /** Decides which pods become ready. */
  ready: (pod: Pod) => boolean = () => true;
  /** Decides which deleted pods may go. */
  mayGo: (pod: Pod) => boolean = () => true;
  readonly #client: Client;
  readonly #pods: Informer<Pod>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #work = new Set<Promise<void>>();

  constructor(client: Client, informers: RunningInformerFactory, clock: Clock, logger: Logger) {
    this.#client = client;
    this.#clock = clock;
    this.#logger = logger;
    this.#pods = informers.for(pods);
    this.#pods.addHandler({ onAdd: (pod) => this.#look(pod), onUpdate: (pod) => this.#look(pod) });
  }

  /** Looks at all pods again, after `ready` or `mayGo` have changed. */
  lookAgain(): void {
    for (const pod of this.#pods.list()) this.#look(pod);
  }

  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #look(pod: Pod): void {
    const work = this.#step(pod).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) this.#logger.error('simulated kubelet', { error });
    });
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
  }

  async #step(pod: Pod): Promise<void> {
    const at = pod.metadata;
    if (at.deletionTimestamp !== undefined) {
      if (this.mayGo(pod)) {
        await this.#client.delete(pods, at, { gracePeriodSeconds: 0, preconditions: { uid: at.uid } });
      }
      return;
    }
    const isReady = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
    if (isReady || !this.ready(pod)) return;
    const condition = { type: 'Ready', status: 'True', lastTransitionTime: timeOf(this.#clock.now()) };
    await this.#client.patch(
      pods,
      at,
      'application/merge-patch+json',
      { metadata: { uid: at.uid }, status: { phase: 'Running', podIP: '10.0.0.1', conditions: [condition] } },
      { subresource: 'status' },
    );
  }
}
