import { controllerOf, draftOf, keyOf, type LabelSelector, parseKey } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { pods, replicaSets, replicationControllers } from '../../api/resources.ts';
import { isNotFound, toStatusError } from '../../api/status.ts';
import type { Pod } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { Dependents } from '../dependents.ts';
import { BY_CONTROLLER, indexByController } from '../ownership.ts';
import { createPods, deletePods, messageOf } from '../podControl.ts';
import { podFromTemplate } from '../podFromTemplate.ts';
import { isPodActive, isPodTerminating, nextAvailability } from '../pods.ts';
import { PendingWrites } from '../writes.ts';
import { podsToDelete } from './ranking.ts';
import { type ReplicaFailure, replicaSetStatus, type Replicated } from './status.ts';

/** At most so many pods are created or deleted in one reconcile. */
const BURST = 500;

/** The differences between the two kinds that keep pods of a template. */
interface Flavour<T extends Replicated> {
  readonly name: string;
  readonly resource: Resource<T>;
  selectorOf(object: T): LabelSelector;
}

/** Keeps as many pods of a template as are wanted (`pkg/controller/replicaset/replica_set.go`). */
export function replicaSetController(context: ControllerContext): Controller {
  return replicator(context, {
    name: 'replicaset',
    resource: replicaSets,
    selectorOf: (rs) => rs.spec.selector,
  });
}

/** The same for the older kind, whose selector is a map (`pkg/controller/replication`). */
export function replicationController(context: ControllerContext): Controller {
  return replicator(context, {
    name: 'replicationcontroller',
    resource: replicationControllers,
    selectorOf: (rc) => ({ matchLabels: rc.spec.selector ?? {} }),
  });
}

function replicator<T extends Replicated>(context: ControllerContext, flavour: Flavour<T>): Controller {
  const controller = new Replicator(context, flavour);
  return {
    name: flavour.name,
    workers: 5,
    reconcile: (key, signal) => controller.reconcile(key, signal),
  };
}

class Replicator<T extends Replicated> {
  readonly #context: ControllerContext;
  readonly #flavour: Flavour<T>;
  readonly #sets: Informer<T>;
  readonly #pods: Dependents<T, Pod>;
  readonly #pending: PendingWrites<Pod>;

  constructor(context: ControllerContext, flavour: Flavour<T>) {
    this.#context = context;
    this.#flavour = flavour;
    this.#sets = context.informers.for(flavour.resource);
    this.#pods = new Dependents(context, {
      owners: flavour.resource,
      dependents: pods,
      selectorOf: (set) => flavour.selectorOf(set),
    });
    this.#pending = new PendingWrites(this.#pods.all);
    indexByController(this.#sets);
    const wake = (rs: T): void => context.enqueue(keyOf(rs.metadata));
    this.#sets.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { clock } = this.#context;
    const { namespace = '', name } = parseKey(key);
    const rs = this.#sets.get(namespace, name);
    if (rs === undefined) {
      this.#pending.forget(key);
      return undefined;
    }
    const candidates = this.#pods.candidates(rs);
    const terminating = candidates.filter((pod) => isOwned(pod, rs) && isPodTerminating(pod)).length;
    let active = await this.#pods.claim(rs, candidates.filter(isPodActive), signal);

    let failure: Failure | undefined;
    if (this.#pending.seen(key) && rs.metadata.deletionTimestamp === undefined) {
      const excess = active.length - (rs.spec.replicas ?? 1);
      if (excess < 0) failure = await this.#create(key, rs, Math.min(-excess, BURST), signal);
      else if (excess > 0) failure = await this.#delete(key, rs, active, Math.min(excess, BURST), signal);
      active = active.filter((pod) => !this.#isGone(pod));
    }
    const now = clock.now();
    await this.#writeStatus(rs, replicaSetStatus(rs, active, terminating, failure, now), signal);
    if (failure !== undefined) throw toStatusError(failure.error);
    const wait = nextAvailability(active, rs.spec.minReadySeconds ?? 0, now);
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  async #create(key: string, rs: T, count: number, signal: AbortSignal): Promise<Failure | undefined> {
    const owner = { key, owner: rs, pending: this.#pending };
    const error = await createPods(this.#context, owner, count, () => podOf(rs), signal);
    return error === undefined ? undefined : { reason: 'FailedCreate', message: messageOf(error), error };
  }

  async #delete(
    key: string,
    rs: T,
    active: readonly Pod[],
    count: number,
    signal: AbortSignal,
  ): Promise<Failure | undefined> {
    const victims = podsToDelete(active, this.#relatedPods(rs), count, this.#context.clock.now());
    const error = await deletePods(
      this.#context,
      { key, owner: rs, pending: this.#pending },
      victims,
      signal,
    );
    return error === undefined ? undefined : { reason: 'FailedDelete', message: messageOf(error), error };
  }

  /** Active pods of all ReplicaSets that the same Deployment has. */
  #relatedPods(rs: T): readonly Pod[] {
    const owner = controllerOf(rs);
    const siblings = owner === undefined ? [rs] : this.#sets.byIndex(BY_CONTROLLER, owner.uid);
    return siblings.flatMap((each) =>
      this.#pods.all.byIndex(BY_CONTROLLER, each.metadata.uid).filter(isPodActive),
    );
  }

  #isGone(pod: Pod): boolean {
    const current = this.#pods.all.get(pod.metadata.namespace, pod.metadata.name);
    return current?.metadata.uid === pod.metadata.uid && !isPodActive(current);
  }

  async #writeStatus(rs: T, status: ReturnType<typeof replicaSetStatus>, signal: AbortSignal): Promise<void> {
    if (equal(status, rs.status) && status.observedGeneration === rs.status?.observedGeneration) return;
    const draft = { ...draftOf<Replicated>(rs), status };
    try {
      await this.#context.client.update(this.#flavour.resource, draft as unknown as NewObject<T>, {
        subresource: 'status',
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

interface Failure extends ReplicaFailure {
  readonly error: unknown;
}

const isOwned = (pod: Pod, rs: Replicated): boolean => controllerOf(pod)?.uid === rs.metadata.uid;

/** The server gives it the rest of its name. */
function podOf(rs: Replicated): NewObject<Pod> {
  const pod = podFromTemplate(rs, rs.spec.template);
  pod.metadata.generateName = `${rs.metadata.name}-`;
  return pod;
}
