import { controllerOf, draftOf, keyOf, type LabelSelector, parseKey } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { pods, replicaSets, replicationControllers } from '../../api/resources.ts';
import { isNotFound, isReason, toStatusError } from '../../api/status.ts';
import type { Pod } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { isNamespaceTerminating } from '../namespaces.ts';
import { Dependents } from '../dependents.ts';
import { BY_CONTROLLER, indexByController } from '../ownership.ts';
import { podFromTemplate } from '../podFromTemplate.ts';
import { isPodActive, isPodTerminating } from '../pods.ts';
import { inSlowStartBatches } from '../slowStart.ts';
import { PendingWrites } from '../writes.ts';
import { podsToDelete } from './ranking.ts';
import { nextAvailability, type ReplicaFailure, replicaSetStatus, type Replicated } from './status.ts';

/** At most so many pods are created or deleted in one reconcile. */
const BURST = 500;

/** What differs between the two kinds that keep pods of a template. */
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
    const wait = nextAvailability(rs, active, now);
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  async #create(key: string, rs: T, count: number, signal: AbortSignal): Promise<Failure | undefined> {
    const { client, events } = this.#context;
    const error = await inSlowStartBatches(count, async () => {
      try {
        const pod = await client.create(pods, podOf(rs), { signal });
        this.#pending.created(key, pod);
        events.event(rs, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      } catch (error) {
        // Nothing can be created in a namespace that ends, and nothing needs to be.
        if (isNamespaceTerminating(error)) return;
        if (!signal.aborted) {
          events.event(rs, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
        }
        throw error;
      }
    });
    return error === undefined ? undefined : { reason: 'FailedCreate', message: messageOf(error), error };
  }

  async #delete(
    key: string,
    rs: T,
    active: readonly Pod[],
    count: number,
    signal: AbortSignal,
  ): Promise<Failure | undefined> {
    const { client, clock, events } = this.#context;
    const victims = podsToDelete(active, this.#relatedPods(rs), count, clock.now());
    const outcomes = await Promise.allSettled(
      victims.map(async (pod) => {
        try {
          await client.delete(pods, pod.metadata, { signal, preconditions: { uid: pod.metadata.uid } });
          events.event(rs, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
        } catch (error) {
          // Gone already, or another pod under its name.
          if (!isNotFound(error) && !isReason(error, 'Conflict')) {
            events.event(rs, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
            throw error;
          }
        }
        this.#pending.deleted(key, pod);
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return undefined;
    return { reason: 'FailedDelete', message: messageOf(failed.reason), error: failed.reason };
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
