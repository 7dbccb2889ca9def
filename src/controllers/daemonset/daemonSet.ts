import { equal } from '../../api/fields/equal.ts';
import { matcherOf } from '../../api/labels.ts';
import { draftOf, keyOf, type LabelSelector, parseKey } from '../../api/meta.ts';
import { controllerRevisions, daemonSets, nodes, pods } from '../../api/resources.ts';
import { isNotFound, toStatusError } from '../../api/status.ts';
import type { ControllerRevision, DaemonSet, Node, Pod } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { Dependents } from '../dependents.ts';
import { currentRevision, oldestFirst, REVISION_HASH, truncateHistory } from '../history/revisions.ts';
import { createPods, deletePods } from '../podControl.ts';
import { nextAvailability } from '../pods.ts';
import { PendingWrites } from '../writes.ts';
import { daemonPod, fitnessOf } from './daemonPod.ts';
import { Failures } from './failures.ts';
import { type Plan, planDaemons, type Situation } from './plan.ts';
import { daemonSetStatus, type DaemonSetStatus } from './status.ts';

/** At most so many pods are created or deleted in one reconcile. */
const BURST = 250;

/** Runs one pod on each node that is fit for it (`pkg/controller/daemon`). */
export function daemonSetController(context: ControllerContext): Controller {
  const controller = new DaemonSetController(context);
  return {
    name: 'daemonset',
    workers: 2,
    reconcile: (key, signal) => controller.reconcile(key, signal),
  };
}

class DaemonSetController {
  readonly #context: ControllerContext;
  readonly #sets: Informer<DaemonSet>;
  readonly #pods: Dependents<DaemonSet, Pod>;
  readonly #nodes: Informer<Node>;
  readonly #revisions: Dependents<DaemonSet, ControllerRevision>;
  readonly #pending: PendingWrites<Pod>;
  readonly #pendingRevisions: PendingWrites<ControllerRevision>;
  readonly #failures = new Failures();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#sets = context.informers.for(daemonSets);
    this.#nodes = context.informers.for(nodes);
    const selectorOf = (set: DaemonSet): LabelSelector => set.spec.selector;
    this.#pods = new Dependents(context, { owners: daemonSets, dependents: pods, selectorOf });
    this.#revisions = new Dependents(context, {
      owners: daemonSets,
      dependents: controllerRevisions,
      selectorOf,
    });
    this.#pending = new PendingWrites(this.#pods.all);
    this.#pendingRevisions = new PendingWrites(this.#revisions.all);
    const wake = (set: DaemonSet): void => context.enqueue(keyOf(set.metadata));
    this.#sets.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    this.#nodes.addHandler({
      onAdd: (node) => this.#wakeForNode(node),
      onUpdate: (node, old) => {
        if (!isSamePlace(node, old)) this.#wakeForNode(node, old);
      },
      onDelete: (node) => this.#wakeForNode(node),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { client, clock, events } = this.#context;
    const { namespace = '', name } = parseKey(key);
    const set = this.#sets.get(namespace, name);
    if (set === undefined) {
      this.#pending.forget(key);
      this.#pendingRevisions.forget(key);
      this.#failures.forget(key);
      return undefined;
    }
    if (matcherOf(set.spec.selector).empty) {
      const text = 'This daemon set is selecting all pods. A non-empty selector is required.';
      events.event(set, 'Warning', 'SelectingAll', text);
      return undefined;
    }
    if (!this.#pending.seen(key) || !this.#pendingRevisions.seen(key)) return undefined;
    const owned = await this.#pods.claim(set, this.#pods.candidates(set), signal);
    const revisions = oldestFirst(await this.#revisions.claim(set, this.#revisions.candidates(set), signal));
    if (set.metadata.deletionTimestamp !== undefined) return undefined;
    const latest = await currentRevision(client, set, revisions, set.status?.collisionCount, signal);
    this.#pendingRevisions.created(key, latest.revision);
    const situation: Situation = {
      set,
      nodes: this.#nodes.list(),
      fitness: fitnessOf(set),
      pods: owned,
      hash: latest.revision.metadata.labels?.[REVISION_HASH] ?? '',
      now: clock.now(),
    };
    const plan = planDaemons(situation);
    const outcome = await this.#carryOut(key, situation, plan, signal);
    await this.#writeStatus(set, daemonSetStatus(situation, latest.collisionCount), signal);
    if (outcome.error !== undefined) throw toStatusError(outcome.error);

    const live = new Set(owned.map((pod) => pod.metadata.labels?.[REVISION_HASH]));
    live.add(situation.hash);
    await truncateHistory(
      client,
      revisions,
      (revision) => live.has(revision.metadata.labels?.[REVISION_HASH]),
      set.spec.revisionHistoryLimit ?? 10,
      signal,
    );
    const waits = [
      nextAvailability(situation.pods, set.spec.minReadySeconds ?? 0, situation.now),
      outcome.retryMs,
    ].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : { requeueAfterMs: Math.min(...waits) };
  }

  /** Only the sets for which the change means something. */
  #wakeForNode(node: Node, old?: Node): void {
    for (const set of this.#sets.list()) {
      const fitness = fitnessOf(set);
      const now = fitness(node);
      const before = old === undefined ? undefined : fitness(old);
      const same = before?.run === now.run && before.stay === now.stay;
      if (!same && (now.stay || before !== undefined)) this.#context.enqueue(keyOf(set.metadata));
    }
  }

  async #carryOut(
    key: string,
    situation: Situation,
    plan: Plan,
    signal: AbortSignal,
  ): Promise<{ readonly error?: unknown; readonly retryMs?: number }> {
    const { set } = situation;
    const { events, clock } = this.#context;
    let retryMs: number | undefined;
    const remove = [...plan.remove];
    for (const { pod, node, how } of plan.ended) {
      const place = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
      if (how === 'succeeded') {
        events.event(
          set,
          'Normal',
          'SucceededDaemonPod',
          `Found succeeded daemon pod ${place}, will try to delete it`,
        );
      } else {
        const wait = this.#failures.wait(key, `${set.metadata.generation ?? 0}/${node}`, clock.now());
        if (wait > 0) {
          retryMs = Math.min(retryMs ?? wait, wait);
          continue;
        }
        events.event(
          set,
          'Warning',
          'FailedDaemonPod',
          `Found failed daemon pod ${place}, will try to kill it`,
        );
      }
      remove.push(pod);
    }
    const names = plan.create.slice(0, BURST);
    const nextPod = (): NewObject<Pod> => daemonPod(set, names.shift() ?? '', situation.hash);
    const owner = { key, owner: set, pending: this.#pending };
    const creation = await createPods(this.#context, owner, names.length, nextPod, signal);
    const deletion = await deletePods(this.#context, owner, remove.slice(0, BURST), signal);
    const error = creation ?? deletion;
    return { ...(error === undefined ? {} : { error }), ...(retryMs === undefined ? {} : { retryMs }) };
  }

  async #writeStatus(set: DaemonSet, status: DaemonSetStatus, signal: AbortSignal): Promise<void> {
    if (equal(status, set.status)) return;
    const draft = draftOf(set);
    draft.status = status;
    try {
      await this.#context.client.update(daemonSets, draft, { subresource: 'status', signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Heartbeats change nothing of where a node's pods may be. */
const isSamePlace = (a: Node, b: Node): boolean =>
  a.metadata.name === b.metadata.name &&
  equal(a.metadata.labels, b.metadata.labels) &&
  equal(a.spec.taints, b.spec.taints);
