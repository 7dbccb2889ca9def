import { Emitter } from '../../src/base/events.ts';
import type { Disposable } from '../../src/base/disposable.ts';
import { keyOf, type KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import { nodes, pods } from '../../src/api/resources.ts';
import { notFound } from '../../src/api/status.ts';
import type { Node, Pod } from '../../src/api/types.ts';
import type { Client } from '../../src/client/contract.ts';
import type { EventRecorder } from '../../src/client/eventRecorder.ts';
import type { Informer, InformerHandler } from '../../src/client/informer.ts';
import type { InformerFactory } from '../../src/client/informers.ts';
import { Store } from '../../src/client/store.ts';

/** An informer without a server: what is put into it is what its handlers see. It keeps the informers' contract. */
export class MemoryInformer<T extends KubeObject> implements Informer<T> {
  readonly synced = true;
  readonly #store = new Store<T>();
  readonly #handlers = new Set<InformerHandler<T>>();
  #revision = 1;

  get resourceVersion(): string {
    return String(this.#revision);
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

  addHandler(handler: InformerHandler<T>): Disposable {
    for (const object of this.#store.list()) handler.onAdd?.(object);
    this.#handlers.add(handler);
    return { dispose: () => this.#handlers.delete(handler) };
  }

  addIndex(name: string, keys: (object: T) => readonly string[]): void {
    this.#store.addIndex(name, keys);
  }

  whenSynced(): Promise<void> {
    return Promise.resolve();
  }

  put(object: T): void {
    this.#revision++;
    const old = this.#store.put(keyOf(object.metadata), object);
    for (const handler of this.#handlers) {
      if (old === undefined) handler.onAdd?.(object);
      else handler.onUpdate?.(object, old);
    }
  }

  remove(namespace: string | undefined, name: string): void {
    const old = this.#store.remove(keyOf({ namespace, name }));
    if (old === undefined) return;
    this.#revision++;
    for (const handler of this.#handlers) handler.onDelete?.(old);
  }
}

export interface RecordedEvent {
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * Nodes and pods in memory with the few verbs that a scheduler uses: bindings and status patches change the pods as
 * the API server would, one turn later.
 */
export class MemoryCluster {
  readonly #informers = new Map<string, MemoryInformer<KubeObject>>();
  readonly events: RecordedEvent[] = [];
  /** Fires after each binding, status patch, deletion and recorded event. */
  readonly changed = new Emitter<string>();
  /** Lets a test make a call fail: the error to reject with. */
  refuse: ((verb: string, pod: string) => Error | undefined) | undefined;

  readonly informers: InformerFactory = {
    for: <T extends KubeObject>(resource: Resource<T>) => this.informer(resource),
    start: () => undefined,
    whenSynced: () => Promise.resolve(),
  };

  readonly recorder: EventRecorder = {
    event: (about, type, reason, message) => {
      this.events.push({ object: keyOf(about.metadata), type, reason, message });
      this.changed.fire('event');
    },
  };

  readonly client: Client = {
    createSubresource: (
      _resource: Resource,
      at: { namespace?: string; name: string },
      _sub: string,
      body: unknown,
    ) =>
      this.#call('bind', at, (pod) => ({
        ...pod,
        spec: { ...pod.spec, nodeName: (body as { target: { name: string } }).target.name },
        status: {
          ...pod.status,
          conditions: [{ type: 'PodScheduled', status: 'True' }],
        },
      })),
    patch: (_resource: Resource, at: { namespace?: string; name: string }, _type: string, patch: unknown) =>
      this.#call('patch', at, (pod) => {
        const { status } = patch as { status: NonNullable<Pod['status']> };
        const types = new Set(status.conditions?.map((condition) => condition.type));
        const kept = (pod.status?.conditions ?? []).filter((condition) => !types.has(condition.type));
        const merged = { ...pod.status, ...status, conditions: [...kept, ...(status.conditions ?? [])] };
        return { ...pod, status: merged };
      }),
    delete: async (_resource: Resource, at: { namespace?: string; name: string }) => {
      await Promise.resolve();
      this.pods.remove(at.namespace, at.name);
      this.changed.fire('delete');
    },
  } as unknown as Client;

  get nodes(): MemoryInformer<Node> {
    return this.informer(nodes);
  }

  get pods(): MemoryInformer<Pod> {
    return this.informer(pods);
  }

  informer<T extends KubeObject>(resource: Resource<T>): MemoryInformer<T> {
    let informer = this.#informers.get(resource.plural);
    if (informer === undefined) {
      informer = new MemoryInformer<KubeObject>();
      this.#informers.set(resource.plural, informer);
    }
    return informer as unknown as MemoryInformer<T>;
  }

  /** Resolves once the condition holds; it is checked after every change. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const subscription = this.changed.event(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
  }

  async #call(
    verb: string,
    at: { namespace?: string; name: string },
    change: (pod: Pod) => Pod,
  ): Promise<Pod> {
    await Promise.resolve();
    const refusal = this.refuse?.(verb, at.name);
    if (refusal !== undefined) throw refusal;
    const pod = this.pods.get(at.namespace, at.name);
    if (pod === undefined) throw notFound(pods, at.name);
    const changed = change(pod);
    this.pods.put(changed);
    this.changed.fire(verb);
    return changed;
  }
}

let uids = 0;

/** A node with 4 cpus, 32 GiB and 110 pods, unless `overrides` say otherwise. */
export function makeNode(name: string, overrides: { [K in keyof Node]?: Partial<Node[K]> } = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `node-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'kubernetes.io/hostname': name },
      ...overrides.metadata,
    },
    spec: { ...overrides.spec },
    status: { allocatable: { cpu: '4', memory: '32Gi', pods: '110' }, ...overrides.status },
  };
}

/** A pod of one container that requests 100m and 100Mi in namespace `default`, unless `spec` says otherwise. */
export function makePod(
  name: string,
  spec: Partial<Pod['spec']> = {},
  metadata: Partial<Pod['metadata']> = {},
  status: Partial<NonNullable<Pod['status']>> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `pod-${name}-${++uids}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: {
      containers: [{ name: 'main', image: 'app', resources: { requests: { cpu: '100m', memory: '100Mi' } } }],
      schedulerName: 'default-scheduler',
      ...spec,
    },
    status: { phase: 'Pending', ...status },
  };
}
