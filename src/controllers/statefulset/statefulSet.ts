import { draftOf, keyOf, type LabelSelector, parseKey } from '../../api/meta.ts';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../api/resources.ts';
import { isNotFound, isReason, toStatusError } from '../../api/status.ts';
import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { Dependents } from '../dependents.ts';
import { currentRevision, oldestFirst, templateOf, truncateHistory } from '../history/revisions.ts';
import { isNamespaceTerminating } from '../namespaces.ts';
import { messageOf } from '../podControl.ts';
import { nextAvailability } from '../pods.ts';
import { PendingWrites } from '../writes.ts';
import { claimOrdinal, claimOwners, claimsOf } from './claims.ts';
import { giveIdentity, newPod, ordinalOf, podName, type Version, versionOf } from './identity.ts';
import { isRunningAndReady, type Plan, planSet, sorted, startOf } from './plan.ts';
import { statefulSetStatus, type StatefulSetStatus } from './status.ts';

/** Keeps pods that have a name and storage of their own (`pkg/controller/statefulset`). */
export function statefulSetController(context: ControllerContext): Controller {
  const controller = new StatefulSetController(context);
  return {
    name: 'statefulset',
    workers: 5,
    reconcile: (key, signal) => controller.reconcile(key, signal),
  };
}

class StatefulSetController {
  readonly #context: ControllerContext;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Dependents<StatefulSet, Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #revisions: Dependents<StatefulSet, ControllerRevision>;
  readonly #pending: PendingWrites<Pod>;
  readonly #pendingRevisions: PendingWrites<ControllerRevision>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#sets = context.informers.for(statefulSets);
    const selectorOf = (set: StatefulSet): LabelSelector => set.spec.selector;
    this.#pods = new Dependents(context, { owners: statefulSets, dependents: pods, selectorOf });
    this.#revisions = new Dependents(context, {
      owners: statefulSets,
      dependents: controllerRevisions,
      selectorOf,
    });
    this.#claims = context.informers.for(persistentVolumeClaims);
    this.#pending = new PendingWrites(this.#pods.all);
    this.#pendingRevisions = new PendingWrites(this.#revisions.all);
    const wake = (set: StatefulSet): void => context.enqueue(keyOf(set.metadata));
    this.#sets.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    // A pod waits while the claim of an earlier one is on its way out.
    this.#claims.addHandler({ onDelete: (one) => this.#wakeForClaim(one) });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { client, clock } = this.#context;
    const { namespace = '', name } = parseKey(key);
    const set = this.#sets.get(namespace, name);
    if (set === undefined) {
      this.#pending.forget(key);
      this.#pendingRevisions.forget(key);
      return undefined;
    }
    // The next step is reckoned from what is, never from what was.
    if (!this.#pending.seen(key) || !this.#pendingRevisions.seen(key)) return undefined;
    const candidates = this.#pods.candidates(set).filter((pod) => ordinalOf(set, pod) !== undefined);
    const owned = await this.#pods.claim(set, candidates, signal);
    const revisions = oldestFirst(await this.#revisions.claim(set, this.#revisions.candidates(set), signal));
    const latest = await currentRevision(client, set, revisions, set.status?.collisionCount, signal);
    this.#pendingRevisions.created(key, latest.revision);
    const update = versionFrom(latest.revision);
    const started = revisions.find((revision) => revision.metadata.name === set.status?.currentRevision);
    const current = started === undefined ? update : versionFrom(started);

    const now = clock.now();
    const plan = planSet({ set, update, pods: owned, now });
    let failure: unknown;
    try {
      await this.#carryOut(key, set, plan, { current, update, owned }, signal);
    } catch (error) {
      failure = error;
    }
    const status = statefulSetStatus({
      set,
      pods: owned,
      current: current.name,
      update: update.name,
      collisionCount: latest.collisionCount,
      now,
    });
    await this.#writeStatus(set, status, signal);
    if (failure !== undefined && !isNamespaceTerminating(failure)) throw toStatusError(failure);

    const live = new Set([status.currentRevision, status.updateRevision, ...owned.map(versionOf)]);
    await truncateHistory(
      client,
      revisions,
      (revision) => live.has(revision.metadata.name),
      set.spec.revisionHistoryLimit ?? 10,
      signal,
    );
    const wait = nextAvailability(owned.filter(isRunningAndReady), set.spec.minReadySeconds ?? 0, now);
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  #wakeForClaim({ metadata }: PersistentVolumeClaim): void {
    for (const set of this.#sets.list(metadata.namespace)) {
      if (claimOrdinal(set, metadata.name) !== undefined) this.#context.enqueue(keyOf(set.metadata));
    }
  }

  async #carryOut(
    key: string,
    set: StatefulSet,
    plan: Plan,
    at: Versions,
    signal: AbortSignal,
  ): Promise<void> {
    const { condemned } = sorted(set, at.owned);
    const removed = new Set(plan.remove.map(({ pod }) => pod));
    for (const pod of at.owned) await this.#settleClaims(set, pod, condemned.includes(pod), signal);
    await Promise.all(plan.create.map((ordinal) => this.#create(key, set, ordinal, at, signal)));
    for (const pod of plan.restore) if (!removed.has(pod)) await this.#restore(set, pod, signal);
    for (const { pod, why } of plan.remove) {
      if (why === 'ended') this.#tellEnded(set, pod);
      await this.#delete(key, set, pod, signal);
    }
  }

  async #create(
    key: string,
    set: StatefulSet,
    ordinal: number,
    at: Versions,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, events } = this.#context;
    const name = podName(set, ordinal);
    if (!(await this.#makeClaims(set, ordinal, name, signal))) return;
    try {
      const pod = newPod(set, versionFor(set, ordinal, at), ordinal);
      this.#pending.created(key, await client.create(pods, pod, { signal }));
      events.event(
        set,
        'Normal',
        'SuccessfulCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
      );
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) throw error;
      const text = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`;
      if (!signal.aborted && !isNamespaceTerminating(error))
        events.event(set, 'Warning', 'FailedCreate', text);
      throw error;
    }
  }

  /** False where the claim of an earlier pod is still going: the new pod waits for its own. */
  async #makeClaims(set: StatefulSet, ordinal: number, pod: string, signal: AbortSignal): Promise<boolean> {
    const { client, events } = this.#context;
    for (const wanted of claimsOf(set, ordinal)) {
      const name = wanted.metadata.name ?? '';
      const existing = this.#claims.get(set.metadata.namespace, name);
      if (existing?.metadata.deletionTimestamp !== undefined) return false;
      if (existing !== undefined) continue;
      const owners = claimOwners(set, { metadata: {} } as PersistentVolumeClaim, undefined, false);
      if (owners !== undefined) wanted.metadata.ownerReferences = owners.map((owner) => ({ ...owner }));
      const where = `Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name}`;
      try {
        await client.create(persistentVolumeClaims, wanted, { signal });
        events.event(set, 'Normal', 'SuccessfulCreate', `create ${where} success`);
      } catch (error) {
        if (isReason(error, 'AlreadyExists')) continue;
        if (!signal.aborted && !isNamespaceTerminating(error)) {
          events.event(set, 'Warning', 'FailedCreate', `create ${where} failed error: ${messageOf(error)}`);
        }
        throw error;
      }
    }
    return true;
  }

  /** A pod that waits for a claim gets it again; a claim goes with whom the retention policy says. */
  async #settleClaims(set: StatefulSet, pod: Pod, condemned: boolean, signal: AbortSignal): Promise<void> {
    if ((set.spec.volumeClaimTemplates ?? []).length === 0) return;
    const ordinal = ordinalOf(set, pod) ?? 0;
    if (!condemned && pod.status?.phase === 'Pending' && pod.metadata.deletionTimestamp === undefined) {
      await this.#makeClaims(set, ordinal, pod.metadata.name, signal);
    }
    for (const wanted of claimsOf(set, ordinal)) {
      const existing = this.#claims.get(set.metadata.namespace, wanted.metadata.name ?? '');
      const owners = existing === undefined ? undefined : claimOwners(set, existing, pod, condemned);
      if (existing === undefined || owners === undefined) continue;
      const draft = draftOf(existing);
      draft.metadata.ownerReferences = owners.map((owner) => ({ ...owner }));
      try {
        await this.#context.client.update(persistentVolumeClaims, draft, { signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  async #restore(set: StatefulSet, pod: Pod, signal: AbortSignal): Promise<void> {
    const draft = draftOf(pod);
    giveIdentity(set, draft, ordinalOf(set, pod) ?? 0);
    await this.#context.client.update(pods, draft, { signal });
    const text = `update Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    this.#context.events.event(set, 'Normal', 'SuccessfulUpdate', text);
  }

  #tellEnded(set: StatefulSet, pod: Pod): void {
    const failed = pod.status?.phase === 'Failed';
    const where = `${set.metadata.namespace}/${set.metadata.name}`;
    this.#context.events.event(
      set,
      'Warning',
      failed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod',
      `StatefulSet ${where} is recreating ${failed ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`,
    );
  }

  async #delete(key: string, set: StatefulSet, pod: Pod, signal: AbortSignal): Promise<void> {
    const { client, events } = this.#context;
    const what = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    try {
      await client.delete(pods, pod.metadata, { signal, preconditions: { uid: pod.metadata.uid } });
      events.event(set, 'Normal', 'SuccessfulDelete', `${what} successful`);
    } catch (error) {
      // Gone already, or another pod under its name.
      if (!isNotFound(error) && !isReason(error, 'Conflict')) {
        if (!signal.aborted)
          events.event(set, 'Warning', 'FailedDelete', `${what} failed error: ${messageOf(error)}`);
        throw error;
      }
    }
    this.#pending.deleted(key, pod);
  }

  async #writeStatus(set: StatefulSet, status: StatefulSetStatus, signal: AbortSignal): Promise<void> {
    if (equal(status, set.status)) return;
    const draft = draftOf(set);
    draft.status = status;
    try {
      await this.#context.client.update(statefulSets, draft, { subresource: 'status', signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

interface Versions {
  readonly current: Version;
  readonly update: Version;
  readonly owned: readonly Pod[];
}

/** Below the partition a pod comes again as it was (`newVersionedStatefulSetPod`). */
function versionFor(set: StatefulSet, ordinal: number, { current, update }: Versions): Version {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return update;
  const partition = rollingUpdate?.partition ?? 0;
  return ordinal < startOf(set) + partition ? current : update;
}

const versionFrom = (revision: ControllerRevision): Version => ({
  name: revision.metadata.name,
  template: templateOf(revision),
});
