import { untilAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { msOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { Informer } from '../../client/informer.ts';
import type { AgentPart } from '../part.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { ContainerStarter } from './containerStarter.ts';
import { identityOf, POD_NAME, POD_NAMESPACE, type PodIdentity, runningIn } from './identity.ts';
import type { PodBus } from './podBus.ts';
import { isOutdated, type PodFreshness } from './podFreshness.ts';
import { isTerminal } from './podLife.ts';
import { newRecord, type PodRecord } from './podRecord.ts';
import type { PodRecords } from './podRecords.ts';
import type { PodReporter } from './podReporter.ts';
import type { PodResize } from './podResize.ts';
import type { PodFailure } from './podStatus.ts';
import type { PodSync } from './podSync.ts';
import type { PodTermination } from './podTermination.ts';
import { createPodWorkers } from './podWorkers.ts';
import { pruneContainers } from './prune.ts';
import type { RuntimeView } from './runtimeView.ts';
import type { StatusManager } from './statusManager.ts';

export interface PodManager extends AgentPart {
  /** Ends a pod by the node's own decision, at once and whatever it does. Fine with one that is ending already. */
  evict(uid: string, failure: PodFailure): void;
}

export interface PodManagerOptions {
  readonly runtime: Pick<Runtime, 'removeContainer' | 'stopSandbox' | 'removeSandbox'>;
  readonly bus: PodBus;
  readonly records: PodRecords;
  readonly view: Pick<RuntimeView, 'forPod' | 'uids' | 'refresh' | 'synced'>;
  /** This node's pods in the API. */
  readonly pods: Pick<Informer<Pod>, 'addHandler' | 'whenSynced'>;
  readonly statuses: Pick<StatusManager, 'latest'>;
  readonly freshness: PodFreshness;
  readonly sync: PodSync;
  readonly termination: PodTermination;
  readonly resize: Pick<PodResize, 'grant' | 'settle'>;
  readonly starter: Pick<ContainerStarter, 'forget'>;
  readonly report: PodReporter;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when pods may be admitted and started: what that needs of the API is there. */
  mayStart(signal: AbortSignal): Promise<void>;
  /** Says why the node cannot take the pod; undefined where it can. */
  admit(pod: Pod, others: readonly Pod[]): PodFailure | undefined;
}

/**
 * All pods of the node: takes their objects and their news and runs one worker each. The runtime is read before the
 * API's pods are looked at: what runs must not be started twice.
 */
export function createPodManager(options: PodManagerOptions): PodManager {
  const { bus, records, view, statuses, freshness, sync, resize, recorder, clock, logger, report } = options;
  /** Objects come before pods may be started: they are known, and wait. */
  let hasBegun = false;

  const add = (identity: PodIdentity, pod: Pod | undefined): PodRecord => {
    const record = newRecord(identity, pod, clock);
    records.add(record);
    return record;
  };

  const pass = async (uid: string, signal: AbortSignal): Promise<void> => {
    const record = records.get(uid) ?? orphan(uid);
    if (record === undefined) return;
    const { life, ending, resources } = record;
    const { pod } = life;
    if (pod !== undefined && ending.stage === 'none') checkDeadline(record, pod);
    if (pod !== undefined && ending.stage === 'none' && !life.isOver) {
      const before = resources.allocated;
      const granted = resize.grant(record, pod, () => records.active(uid));
      if (resources.allocated !== before) wakeWaiting();
      const { finished, retryMs } = await sync.run(record, granted, signal);
      if (!finished) {
        resize.settle(record, granted, runningIn(view.forPod(uid)));
        report(record);
        schedule(uid, Math.min(retryMs ?? Infinity, msToDeadline(pod)));
        await prune(pod);
        return;
      }
    }
    const tookRoom = ending.stage !== 'terminated';
    const isNothingLeft = await options.termination.run(record, signal);
    if (tookRoom) wakeWaiting();
    if (!isNothingLeft) return;
    options.starter.forget(uid);
    freshness.refreshed(uid);
    records.remove(record);
  };

  /** Pods that run here and are in no list of the API were deleted while the agent was away. */
  const orphan = (uid: string): PodRecord | undefined => {
    const [sandbox] = view.forPod(uid);
    if (sandbox === undefined) return undefined;
    const name = sandbox.labels[POD_NAME] ?? sandbox.name;
    return add({ uid, name, namespace: sandbox.labels[POD_NAMESPACE] ?? sandbox.namespace }, undefined);
  };

  /** If old containers cannot be removed, the pod goes on. */
  const prune = (pod: Pod): Promise<void> =>
    pruneContainers(pod, view, options.runtime).catch((error: unknown) =>
      logger.warn('old containers not removed', { pod: pod.metadata.name, error }),
    );

  const checkDeadline = ({ life }: PodRecord, pod: Pod): void => {
    if (life.isOver || msToDeadline(pod) > 0) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    life.fail({ reason: 'DeadlineExceeded', message });
    recorder.event(pod, 'Normal', 'DeadlineExceeded', message);
  };
  /** Until activeDeadlineSeconds are over. */
  const msToDeadline = (pod: Pod): number => {
    const seconds = pod.spec.activeDeadlineSeconds;
    const since = msOf(statuses.latest(pod).status?.startTime);
    if (seconds === undefined || since === undefined) return Infinity;
    return since + seconds * 1000 - clock.now();
  };
  const schedule = (uid: string, ms: number): void => {
    if (ms !== Infinity) workers.wakeAfter(uid, ms);
  };
  /** There may be room now for a resize that is not granted yet. */
  const wakeWaiting = (): void => {
    for (const { identity, resources } of records.all()) {
      if (resources.resizePending !== undefined) workers.wake(identity.uid);
    }
  };

  const workers = createPodWorkers({
    clock,
    sync: pass,
    onError: (uid, error) => logger.warn('pod not synced', { uid, error }),
  });

  /** The first pass of a pod is due. */
  const begin = (record: PodRecord, pod: Pod): void => {
    const { uid } = record.identity;
    const isNew = view.forPod(uid).length === 0 && !record.life.isOver;
    const refusal = isNew ? options.admit(pod, others(uid)) : undefined;
    if (refusal !== undefined) {
      record.life.refuse({ ...refusal, message: `Pod was rejected: ${refusal.message}` });
      recorder.event(pod, 'Warning', refusal.reason, refusal.message);
    } else if (isNew || freshness.isOutdated(uid)) {
      // What runs already is told of by its first pass: before, no probe says that it is ready.
      report(record);
    }
    begun.add(record);
    workers.wake(uid);
  };
  const begun = new WeakSet<PodRecord>();
  /** Those that were admitted before. */
  const others = (uid: string): readonly Pod[] => {
    const waiting = new Set(
      records.all().flatMap((record) => (begun.has(record) ? [] : [record.identity.uid])),
    );
    return records.active(uid).filter(({ metadata }) => !waiting.has(metadata.uid));
  };

  const put = (pod: Pod): void => {
    const known = records.get(pod.metadata.uid);
    // One that was gone is back: the cluster was restored to a moment when it was there. It begins from nothing.
    if (known === undefined || known.life.isGone) {
      const record = add(identityOf(pod), pod);
      if (!hasBegun) return;
      if (known !== undefined) workers.interrupt(pod.metadata.uid);
      begin(record, pod);
      return;
    }
    const { uid } = known.identity;
    const before = known.life.pod;
    known.life.update(pod);
    if (before?.metadata.generation !== pod.metadata.generation) known.holds.clear();
    sync.update(known, pod);
    if (!hasBegun) return;
    if (pod.metadata.deletionTimestamp !== undefined && needsNewGrace(known, before)) workers.interrupt(uid);
    else workers.wake(uid);
  };
  const gone = (pod: Pod): void => {
    const record = records.get(pod.metadata.uid);
    if (record === undefined) return;
    record.life.forget();
    freshness.refreshed(pod.metadata.uid);
    if (hasBegun) workers.interrupt(pod.metadata.uid);
  };

  const listen = (): void => {
    bus.onNews((uid, news) => {
      const record = records.get(uid);
      if (news === 'reference') record?.holds.release();
      else if (record !== undefined && record.ending.stage !== 'terminated') report(record);
      if (hasBegun) workers.wake(uid);
    });
  };

  return {
    async run(signal) {
      await untilAborted(view.synced, signal);
      options.pods.addHandler({ onAdd: put, onUpdate: put, onDelete: gone });
      await options.pods.whenSynced(signal);
      const outdated = records
        .pods()
        .filter((pod) => !isTerminal(pod) && isOutdated(pod, view.forPod(pod.metadata.uid)));
      freshness.decide(outdated.map(({ metadata }) => metadata.uid));
      records.complete();
      await options.mayStart(signal);
      hasBegun = true;
      listen();
      for (const record of inOrder(records.all())) {
        if (record.life.pod === undefined || record.life.isGone) workers.wake(record.identity.uid);
        else begin(record, record.life.pod);
      }
      for (const uid of view.uids()) workers.wake(uid);
    },
    evict(uid, failure) {
      const record = records.get(uid);
      const pod = record?.life.pod;
      if (record === undefined || pod === undefined || record.life.isOver) return;
      record.life.evict(failure);
      recorder.event(pod, 'Warning', failure.reason, failure.message);
      workers.interrupt(uid);
    },
    close: () => workers.stop(),
  };
}

/** As kubelet admits several at once: the oldest first. */
function inOrder(records: readonly PodRecord[]): readonly PodRecord[] {
  const ageOf = ({ life }: PodRecord): number => msOf(life.pod?.metadata.creationTimestamp) ?? 0;
  return [...records].sort((a, b) => ageOf(a) - ageOf(b));
}

/** True at the first sight of the deletion, and when the grace was shortened under way. */
function needsNewGrace({ life, ending }: PodRecord, before: Pod | undefined): boolean {
  if (before?.metadata.deletionTimestamp === undefined) return true;
  return ending.grace !== undefined && ending.stage === 'terminating' && life.graceSeconds < ending.grace;
}
