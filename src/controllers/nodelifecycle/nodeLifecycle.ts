import { draftOf } from '../../api/meta.ts';
import { leases, nodes, pods } from '../../api/resources.ts';
import { isNotFound } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Lease, Node, Pod } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type {
  Controller,
  ControllerContext,
  ControllerFactory,
  ReconcileResult,
} from '../../client/controller.ts';
import { isPodReady } from '../pods.ts';
import { BY_NODE, indexByNode } from '../podsByNode.ts';
import { EvictionPace, evictionInterval } from './evictionPace.ts';
import { isEvicting, readyStatus, shouldEvict, silentConditions, taintsFor } from './health.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
/** A look that comes so much after its time was not late because of work. */
const ASLEEP_MS = 10_000;

export interface NodeLifecycleOptions {
  /** How long a node may be silent. Default 40 s. */
  readonly gracePeriodMs?: number;
  /** The same for a node that has never told of itself. Default 60 s. */
  readonly startupGracePeriodMs?: number;
}

/**
 * Watches over nodes (`pkg/controller/nodelifecycle`): one that has fallen silent becomes Unknown, its conditions
 * become taints, its pods not ready. A heartbeat costs nothing but a note of its time; a node is looked at when it
 * changes and when its silence could have become too long. Keys are node names.
 */
export function nodeLifecycleController(options: NodeLifecycleOptions = {}): ControllerFactory {
  return (context) => {
    const controller = new NodeLifecycleController(context, options);
    return {
      name: 'nodelifecycle',
      workers: 4,
      reconcile: (name, signal) => controller.reconcile(name, signal),
    } satisfies Controller;
  };
}

class NodeLifecycleController {
  readonly #context: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #graceMs: number;
  readonly #startupGraceMs: number;
  /** When each node was last heard of, by this machine's clock. */
  readonly #heard = new Map<string, number>();
  readonly #known = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #pace = new EvictionPace();

  constructor(context: ControllerContext, options: NodeLifecycleOptions) {
    this.#context = context;
    this.#graceMs = options.gracePeriodMs ?? 40_000;
    this.#startupGraceMs = options.startupGracePeriodMs ?? 60_000;
    this.#nodes = context.informers.for(nodes);
    this.#pods = context.informers.for(pods);
    indexByNode(this.#pods);
    this.#nodes.addHandler({
      onAdd: (node) => {
        this.#hear(node.metadata.name);
        this.#see(node);
      },
      onUpdate: (node, old) => {
        if (heartbeatOf(node) !== heartbeatOf(old)) this.#hear(node.metadata.name);
        this.#see(node);
      },
      onDelete: ({ metadata: { name } }) => {
        this.#heard.delete(name);
        this.#known.delete(name);
        if (this.#lost.delete(name)) this.#reconsiderLost();
      },
    });
    const renewed = ({ metadata, spec }: Lease, old?: Lease): void => {
      if (metadata.namespace === LEASE_NAMESPACE && spec?.renewTime !== old?.spec?.renewTime) {
        this.#hear(metadata.name);
      }
    };
    context.informers.for(leases).addHandler({ onAdd: renewed, onUpdate: renewed });
    this.#pods.addHandler({
      onUpdate: (pod, old) => {
        const { nodeName = '' } = pod.spec;
        if (this.#lost.has(nodeName) && isPodReady(pod) && !isPodReady(old)) context.enqueue(nodeName);
      },
    });
  }

  async reconcile(name: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const node = this.#nodes.get(undefined, name);
    if (node === undefined) return undefined;
    const now = this.#context.clock.now();
    const grace = readyStatus(node) === undefined ? this.#startupGraceMs : this.#graceMs;
    const silentAt = (this.#heard.get(name) ?? now) + grace;
    if (now - silentAt > ASLEEP_MS && readyStatus(node) === 'True') {
      // The timer rang far too late: it was this machine that slept, and nobody could be heard.
      for (const known of this.#known) this.#hear(known);
      return { requeueAfterMs: grace };
    }
    if (now >= silentAt && (await this.#tellSilence(node, now, signal))) return undefined;

    const wait = await this.#setTaints(node, now, signal);
    if (shouldEvict(node)) await this.#markPodsNotReady(node, now, signal);
    const next = [wait, now < silentAt ? silentAt - now : undefined].filter((ms) => ms !== undefined);
    return next.length === 0 ? undefined : { requeueAfterMs: Math.min(...next) };
  }

  #hear(name: string): void {
    this.#heard.set(name, this.#context.clock.now());
  }

  /** Keeps count of lost nodes; where that changes what may be evicted, all lost nodes are looked at. */
  #see(node: Node): void {
    const { name } = node.metadata;
    const before = this.#mayEvict();
    this.#known.add(name);
    if (shouldEvict(node)) this.#lost.add(name);
    else this.#lost.delete(name);
    this.#context.enqueue(name);
    if (this.#mayEvict() !== before) this.#reconsiderLost();
  }

  #mayEvict(): boolean {
    return evictionInterval(this.#lost.size, this.#known.size) !== undefined;
  }

  #reconsiderLost(): void {
    for (const name of this.#lost) this.#context.enqueue(name);
  }

  /** True where the status was written: what follows from it comes with the node's own event. */
  async #tellSilence(node: Node, now: number, signal: AbortSignal): Promise<boolean> {
    const conditions = silentConditions(node, now);
    if (conditions === undefined) return false;
    const draft = draftOf(node);
    draft.status = { ...draft.status, conditions };
    await this.#context.client.update(nodes, draft, { subresource: 'status', signal });
    if (readyStatus(node) === 'True') {
      const { name } = node.metadata;
      this.#context.events.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    }
    return true;
  }

  /** Milliseconds until the node may be emptied, where it has to wait its turn. */
  async #setTaints(node: Node, now: number, signal: AbortSignal): Promise<number | undefined> {
    const intervalMs = evictionInterval(this.#lost.size, this.#known.size);
    let evict = intervalMs !== undefined && shouldEvict(node);
    let wait: number | undefined;
    if (evict && intervalMs !== undefined && !isEvicting(node)) {
      const ms = this.#pace.reserve(now, intervalMs);
      if (ms > 0) {
        evict = false;
        wait = ms;
      }
    }
    const taints = taintsFor(node, evict, now);
    if (taints !== undefined) {
      const draft = draftOf(node);
      draft.spec.taints = taints;
      await this.#context.client.update(nodes, draft, { signal });
    }
    return wait;
  }

  /** Nobody else can say that these pods no longer answer. */
  async #markPodsNotReady(node: Node, now: number, signal: AbortSignal): Promise<void> {
    for (const pod of this.#pods.byIndex(BY_NODE, node.metadata.name)) {
      if (!isPodReady(pod)) continue;
      this.#context.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
      const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: timeOf(now) }];
      const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions } };
      const type = 'application/strategic-merge-patch+json';
      try {
        await this.#context.client.patch(pods, pod.metadata, type, patch, { subresource: 'status', signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }
}

const heartbeatOf = (node: Node): string | undefined =>
  node.status?.conditions?.find((condition) => condition.type === 'Ready')?.lastHeartbeatTime;
