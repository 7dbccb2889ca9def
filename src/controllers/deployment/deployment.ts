import { controllerOf, draftOf, keyOf, parseKey } from '../../api/meta.ts';
import { deployments, pods, replicaSets } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound, toStatusError } from '../../api/status.ts';
import type { Deployment, Pod, ReplicaSet } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { isNamespaceTerminating } from '../namespaces.ts';
import { Dependents } from '../dependents.ts';
import { BY_CONTROLLER, indexByController } from '../ownership.ts';
import { PendingWrites } from '../writes.ts';
import { isRollingUpdate, sizeOf } from './limits.ts';
import { type Plan, planRollout, type ReplicaSetChange } from './plan.ts';
import { REVISION } from './revisions.ts';
import {
  deploymentStatus,
  type DeploymentStatus,
  type NewReplicaSetOutcome,
  untilDeadline,
} from './status.ts';
import { isSameTemplate, newReplicaSet } from './templates.ts';

/** Rolls pod templates out through ReplicaSets (`pkg/controller/deployment`). */
export function deploymentController(context: ControllerContext): Controller {
  const controller = new DeploymentController(context);
  return {
    name: 'deployment',
    workers: 5,
    reconcile: (key, signal) => controller.reconcile(key, signal),
  };
}

class DeploymentController {
  readonly #context: ControllerContext;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Dependents<Deployment, ReplicaSet>;
  readonly #pods: Informer<Pod>;
  /** Writes that a cache may not show yet: the next step is reckoned from what is, never from what was. */
  readonly #pendingSets: PendingWrites<ReplicaSet>;
  readonly #pendingStatus: PendingWrites<Deployment>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#deployments = context.informers.for(deployments);
    this.#replicaSets = new Dependents(context, {
      owners: deployments,
      dependents: replicaSets,
      selectorOf: (deployment) => deployment.spec.selector,
    });
    this.#pods = context.informers.for(pods);
    this.#pendingSets = new PendingWrites(this.#replicaSets.all);
    this.#pendingStatus = new PendingWrites(this.#deployments);
    indexByController(this.#pods);
    const wake = (deployment: Deployment): void => context.enqueue(keyOf(deployment.metadata));
    this.#deployments.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    this.#pods.addHandler({
      onUpdate: (pod, old) => {
        if (pod.status?.phase !== old.status?.phase) this.#wakeForOldPod(pod);
      },
      onDelete: (pod) => this.#wakeForOldPod(pod),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { clock } = this.#context;
    const { namespace = '', name } = parseKey(key);
    const deployment = this.#deployments.get(namespace, name);
    if (deployment === undefined) {
      this.#pendingSets.forget(key);
      this.#pendingStatus.forget(key);
      return undefined;
    }
    if (!this.#pendingSets.seen(key) || !this.#pendingStatus.seen(key)) return undefined;
    const owned = await this.#replicaSets.claim(deployment, this.#replicaSets.candidates(deployment), signal);
    const plan = planRollout({
      deployment,
      replicaSets: owned,
      podsOf: (rs) => this.#pods.byIndex(BY_CONTROLLER, rs.metadata.uid),
    });
    const done = await this.#carryOut(key, deployment, plan, signal);
    const now = clock.now();
    const status = deploymentStatus({
      deployment,
      newRs: done.newRs,
      old: done.old,
      outcome: done.outcome,
      judgeProgress: plan.mode === 'rollout',
      now,
    });
    await this.#writeStatus(key, deployment, status, done.newRs?.metadata.annotations?.[REVISION], signal);
    if (done.error !== undefined) throw toStatusError(done.error);
    const wait = plan.mode === 'rollout' ? untilDeadline(deployment, status, now) : undefined;
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  /** Recreate waits for the end of old pods, which no ReplicaSet tells of. */
  #wakeForOldPod(pod: Pod): void {
    const reference = controllerOf(pod);
    if (reference?.kind !== 'ReplicaSet') return;
    const rs = this.#replicaSets.all.get(pod.metadata.namespace, reference.name);
    const deployment = rs === undefined ? undefined : this.#replicaSets.ownerOf(rs);
    if (deployment !== undefined && !isRollingUpdate(deployment)) {
      this.#context.enqueue(keyOf(deployment.metadata));
    }
  }

  /** Does what the plan says; what it cannot do is in the outcome, so that the status tells of it. */
  async #carryOut(key: string, deployment: Deployment, plan: Plan, signal: AbortSignal): Promise<Done> {
    let { newRs } = plan;
    let outcome: NewReplicaSetOutcome =
      newRs === undefined || plan.mode === 'status'
        ? { type: 'none' }
        : { type: 'found', name: newRs.metadata.name };
    let error: unknown;
    if (plan.create !== undefined) {
      try {
        newRs = await this.#create(key, deployment, plan, plan.create, signal);
        outcome = { type: 'created', name: newRs.metadata.name };
      } catch (caught) {
        // A namespace that ends needs no more replica sets.
        if (!isNamespaceTerminating(caught)) {
          error = caught;
          if (!(caught instanceof HashCollision)) {
            outcome = { type: 'failed', message: this.#failedCreate(deployment, caught) };
          }
        }
      }
    }
    const changed = new Map<ReplicaSet, ReplicaSet>();
    for (const change of plan.changes) {
      changed.set(change.rs, await this.#change(key, deployment, change, signal));
    }
    for (const rs of plan.deletions) await this.#deleteSet(key, rs, signal);
    const current = (rs: ReplicaSet): ReplicaSet => changed.get(rs) ?? rs;
    return {
      newRs: newRs === undefined ? undefined : current(newRs),
      old: plan.old.filter((rs) => !plan.deletions.includes(rs)).map(current),
      outcome,
      error,
    };
  }

  async #create(
    key: string,
    deployment: Deployment,
    plan: Plan,
    replicas: number,
    signal: AbortSignal,
  ): Promise<ReplicaSet> {
    const { client, events } = this.#context;
    const draft = newReplicaSet(deployment, plan.revision, replicas);
    const at = { namespace: deployment.metadata.namespace, name: draft.metadata.name ?? '' };
    try {
      const created = await client.create(replicaSets, draft, { signal });
      this.#pendingSets.created(key, created);
      if (replicas > 0) {
        const text = `Scaled up replica set ${at.name} from 0 to ${replicas}`;
        events.event(deployment, 'Normal', 'ScalingReplicaSet', text);
      }
      return created;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const existing = await client.get(replicaSets, at, { signal });
      const mine = controllerOf(existing)?.uid === deployment.metadata.uid;
      if (mine && isSameTemplate(existing.spec.template, deployment.spec.template)) return existing;
      await this.#countCollision(key, deployment, signal);
      throw new HashCollision(`the name ${at.name} is taken by another replica set`, { cause: error });
    }
  }

  /** Another count gives another hash, hence another name, at the next try. */
  async #countCollision(key: string, deployment: Deployment, signal: AbortSignal): Promise<void> {
    const draft = draftOf(deployment);
    draft.status = { ...draft.status, collisionCount: (draft.status?.collisionCount ?? 0) + 1 };
    const options = { subresource: 'status', signal };
    this.#pendingStatus.created(key, await this.#context.client.update(deployments, draft, options));
  }

  #failedCreate(deployment: Deployment, error: unknown): string {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Failed to create new replica set: ${why}`;
    this.#context.events.event(deployment, 'Warning', 'ReplicaSetCreateError', message);
    return message;
  }

  async #change(
    key: string,
    deployment: Deployment,
    change: ReplicaSetChange,
    signal: AbortSignal,
  ): Promise<ReplicaSet> {
    const { rs, replicas, annotations, minReadySeconds } = change;
    const draft = draftOf(rs);
    draft.metadata.annotations = annotations;
    draft.spec.replicas = replicas;
    draft.spec.minReadySeconds = minReadySeconds;
    const updated = await this.#context.client.update(replicaSets, draft, { signal });
    this.#pendingSets.created(key, updated);
    const before = sizeOf(rs);
    if (before !== replicas) {
      const text = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${rs.metadata.name} from ${before} to ${replicas}`;
      this.#context.events.event(deployment, 'Normal', 'ScalingReplicaSet', text);
    }
    return updated;
  }

  async #deleteSet(key: string, rs: ReplicaSet, signal: AbortSignal): Promise<void> {
    try {
      const preconditions = { uid: rs.metadata.uid, resourceVersion: rs.metadata.resourceVersion };
      await this.#context.client.delete(replicaSets, rs.metadata, { preconditions, signal });
      this.#pendingSets.deleted(key, rs);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** The revision annotation goes with the status in one write, as upstream's does. */
  async #writeStatus(
    key: string,
    deployment: Deployment,
    status: DeploymentStatus,
    revision: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { annotations } = deployment.metadata;
    const newRevision = revision !== undefined && annotations?.[REVISION] !== revision;
    if (!newRevision && equal(status, deployment.status)) return;
    if (!this.#pendingStatus.seen(key)) return;
    const draft = draftOf(deployment);
    draft.status = status as NonNullable<typeof draft.status>;
    if (newRevision) draft.metadata.annotations = { ...annotations, [REVISION]: revision };
    try {
      const options = { subresource: 'status', signal };
      this.#pendingStatus.created(key, await this.#context.client.update(deployments, draft, options));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

interface Done {
  readonly newRs: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly outcome: NewReplicaSetOutcome;
  readonly error: unknown;
}

/** The hash of the template is that of another template. */
class HashCollision extends Error {
  override readonly name = 'HashCollision';
}
