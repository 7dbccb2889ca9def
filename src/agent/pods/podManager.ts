import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { msOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { PodHook } from '../hooks/contract.ts';
import type { ProbeManager } from '../probes/probeManager.ts';
import type { Runtime } from '../runtime/contract.ts';
import { withAllocation } from './allocation.ts';
import type { ContainerKiller } from './containerKiller.ts';
import type { ContainerStarter } from './containerStarter.ts';
import { identityOf, POD_NAME, POD_NAMESPACE, type PodIdentity, runningIn } from './identity.ts';
import { graceSeconds, newRecord, type PodRecord } from './podRecord.ts';
import type { PodResize } from './podResize.ts';
import { podStatus } from './podStatus.ts';
import type { PassResult, PodSync } from './podSync.ts';
import { createPodWorkers } from './podWorkers.ts';
import { pruneContainers } from './prune.ts';
import type { RuntimeView } from './runtimeView.ts';
import type { StatusManager } from './statusManager.ts';
import type { PodFiles } from './podFiles.ts';

/** All pods of the node: takes their objects and the runtime's news, runs one worker each. */
export interface PodManager {
  /** The API has this pod for the node. */
  put(pod: Pod): void;
  /** The API has it no more. */
  gone(pod: Pod): void;
  /** The API's pods are all known: what else runs here is an orphan. */
  synced(): void;
  /** What the pod waited for may be there now: nothing is held back any longer. */
  retry(uid: string): void;
  /** The pod's status is worth another look: a container has changed, a probe has a result. */
  changed(uid: string): void;
  report(record: PodRecord): void;
  pods(): readonly Pod[];
  find(namespace: string, name: string): Pod | undefined;
  stop(): Promise<void>;
}

export interface PodManagerOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly probes: ProbeManager;
  readonly statuses: StatusManager;
  readonly killer: ContainerKiller;
  readonly starter: ContainerStarter;
  readonly resize: PodResize;
  readonly recorder: EventRecorder;
  readonly hooks: readonly PodHook[];
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  hostIPs(): readonly string[];
  /** Says why the node cannot take the pod; undefined where it can. */
  admit(pod: Pod, others: readonly Pod[]): { readonly reason: string; readonly message: string } | undefined;
  /** Made after the manager, which it reports to. */
  sync(): PodSync;
}

export function createPodManager(options: PodManagerOptions): PodManager {
  const { runtime, view, probes, statuses, killer, recorder, clock, logger } = options;
  const records = new Map<string, PodRecord>();
  let allKnown = false;

  const isTerminal = (pod: Pod): boolean =>
    pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const mustEnd = (record: PodRecord): boolean =>
    record.deleted ||
    record.failure !== undefined ||
    record.stage !== 'active' ||
    record.pod?.metadata.deletionTimestamp !== undefined ||
    (record.pod !== undefined && isTerminal(record.pod));

  const report = (record: PodRecord): void => {
    const { pod } = record;
    if (pod === undefined || record.deleted) return;
    const latest = statuses.latest(pod);
    statuses.set(
      pod,
      podStatus({
        pod: { ...pod, ...(latest.status === undefined ? {} : { status: latest.status }) },
        sandboxes: view.forPod(pod.metadata.uid),
        facts: {
          runtimeName: runtime.name,
          ended: record.refused || (latest.status !== undefined && isTerminal(latest)),
          waiting: (name) => record.waiting.get(name),
          starting: (name) => record.starting.has(name),
          allocated: (name) => record.allocated.get(name),
          enforced: (name) => record.enforced.get(name),
          ready: (instance) => probes.ready(instance.id),
          started: (instance) => probes.started(instance.id),
        },
        hostIPs: options.hostIPs(),
        terminal: record.stage === 'terminated',
        failure: record.failure,
        resize: record,
        now: clock.now(),
      }),
    );
  };

  const pass = async (uid: string, signal: AbortSignal): Promise<void> => {
    const record = records.get(uid) ?? orphan(uid);
    if (record === undefined) return;
    record.timer?.dispose();
    record.timer = undefined;
    const { pod } = record;
    if (!mustEnd(record) && pod !== undefined) {
      checkDeadline(record, pod);
      if (record.failure === undefined) {
        const before = record.allocated;
        const granted = options.resize.grant(record, pod, () => activePods(uid));
        if (record.allocated !== before) wakePending();
        const result = await options.sync().run(record, granted, signal);
        if (result.finished) record.stage = 'terminating';
        else {
          options.resize.settle(record, granted, runningIn(view.forPod(uid)));
          await pruneContainers(pod, view, runtime);
          report(record);
          schedule(record, pod, result);
          return;
        }
      }
    }
    await terminate(record, signal);
  };

  const terminate = async (record: PodRecord, signal: AbortSignal): Promise<void> => {
    const { identity, pod } = record;
    const { uid } = identity;
    if (record.stage !== 'terminated') {
      record.stage = 'terminating';
      record.grace = graceSeconds(record);
      probes.stopRestarting(uid);
      report(record);
      await killer.killAll(record.deleted ? undefined : pod, view.forPod(uid), record.grace, signal);
      const sandboxes = view.forPod(uid);
      await Promise.all(
        sandboxes.filter(({ ready }) => ready || record.deleted).map(({ id }) => runtime.stopSandbox(id)),
      );
      await Promise.all(sandboxes.map(({ id }) => view.refresh(id)));
      for (const hook of options.hooks.toReversed()) await hook.undo(identity);
      probes.drop(uid);
      record.waiting.clear();
      record.stage = 'terminated';
      wakePending();
    }
    report(record);
    if (!record.deleted && pod?.metadata.deletionTimestamp === undefined) return;
    await removeTraces(identity);
    if (!record.deleted && pod !== undefined) {
      statuses.remove(pod);
      return;
    }
    statuses.forget(uid);
    options.starter.forget(uid);
    records.delete(uid);
  };

  const removeTraces = async (identity: PodIdentity): Promise<void> => {
    const sandboxes = view.forPod(identity.uid);
    await Promise.all(
      sandboxes.map(async ({ id, containers }) => {
        await Promise.all(containers.map((container) => runtime.removeContainer(container.id)));
        await runtime.stopSandbox(id);
        await runtime.removeSandbox(id);
        await view.refresh(id);
      }),
    );
    await options.files.removeLogs(identity);
  };

  /** What runs here and is in no list of the API: it was deleted while the agent was away. */
  const orphan = (uid: string): PodRecord | undefined => {
    const [sandbox] = view.forPod(uid);
    if (!allKnown || sandbox === undefined) return undefined;
    const identity: PodIdentity = {
      uid,
      name: sandbox.labels[POD_NAME] ?? sandbox.name,
      namespace: sandbox.labels[POD_NAMESPACE] ?? sandbox.namespace,
    };
    const record = newRecord(identity, undefined);
    records.set(uid, record);
    return record;
  };

  const checkDeadline = (record: PodRecord, pod: Pod): void => {
    if (deadlineMs(pod) > 0) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    record.failure = { reason: 'DeadlineExceeded', message };
    recorder.event(pod, 'Normal', 'DeadlineExceeded', message);
  };
  /** Milliseconds until activeDeadlineSeconds are over. */
  const deadlineMs = (pod: Pod): number => {
    const seconds = pod.spec.activeDeadlineSeconds;
    const since = msOf(statuses.latest(pod).status?.startTime);
    if (seconds === undefined || since === undefined) return Infinity;
    return since + seconds * 1000 - clock.now();
  };
  const schedule = (record: PodRecord, pod: Pod, { retryMs = Infinity }: PassResult): void => {
    const waitMs = Math.min(retryMs, deadlineMs(pod));
    if (waitMs === Infinity) return;
    record.timer?.dispose();
    record.timer = clock.timeout(waitMs, () => workers.wake(record.identity.uid));
  };

  const workers = createPodWorkers({
    sync: pass,
    onError(uid, error) {
      logger.warn('pod not synced', { uid, error });
      const record = records.get(uid);
      if (record === undefined) return;
      record.timer?.dispose();
      record.timer = clock.timeout(1_000, () => workers.wake(uid));
    },
  });

  return {
    put(pod) {
      const { uid } = pod.metadata;
      const known = records.get(uid);
      if (known === undefined) {
        const record = newRecord(identityOf(pod), pod);
        records.set(uid, record);
        const isNew =
          view.forPod(uid).length === 0 && !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
        const refusal = isNew ? options.admit(pod, activePods(uid)) : undefined;
        if (refusal !== undefined) {
          record.failure = { ...refusal, message: `Pod was rejected: ${refusal.message}` };
          record.refused = true;
          recorder.event(pod, 'Warning', refusal.reason, refusal.message);
        } else if (isNew) {
          // What ran before this life of the agent is told of by its first pass: before, no probe says that it is ready.
          report(record);
        }
        workers.wake(uid);
        return;
      }
      const before = known.pod;
      if (known.deleted) {
        // It is back: the cluster was restored to a moment when it was there. What was taken down is made again.
        known.deleted = false;
        known.stage = 'active';
        known.prepared = false;
      }
      known.pod = pod;
      if (before?.metadata.generation !== pod.metadata.generation) known.notBefore.clear();
      if (known.prepared) for (const hook of options.hooks) hook.update?.(pod);
      if (pod.metadata.deletionTimestamp !== undefined && needsNewGrace(known, before))
        workers.interrupt(uid);
      else workers.wake(uid);
    },
    gone(pod) {
      const record = records.get(pod.metadata.uid);
      if (record === undefined) return;
      record.deleted = true;
      record.timer?.dispose();
      workers.interrupt(pod.metadata.uid);
    },
    synced() {
      allKnown = true;
      for (const uid of view.uids()) workers.wake(uid);
    },
    retry(uid) {
      // A container that crashes waits its time, whatever else changes.
      const record = records.get(uid);
      for (const name of [...(record?.notBefore.keys() ?? [])]) {
        if (record?.waiting.get(name)?.reason !== 'CrashLoopBackOff') record?.notBefore.delete(name);
      }
      workers.wake(uid);
    },
    changed(uid) {
      const record = records.get(uid);
      if (record !== undefined && record.stage !== 'terminated') report(record);
      workers.wake(uid);
    },
    report,
    pods: () => [...records.values()].flatMap(({ pod }) => (pod === undefined ? [] : [pod])),
    find: (namespace, name) =>
      [...records.values()].find(
        ({ identity, deleted }) => !deleted && identity.namespace === namespace && identity.name === name,
      )?.pod,
    async stop() {
      for (const record of records.values()) record.timer?.dispose();
      await workers.stop();
      for (const record of records.values()) record.timer?.dispose();
    },
  };

  function activePods(except: string): readonly Pod[] {
    return [...records.values()].flatMap(({ pod, stage, deleted, identity, allocated }) =>
      pod === undefined || deleted || stage === 'terminated' || identity.uid === except || isTerminal(pod)
        ? []
        : [withAllocation(pod, allocated)],
    );
  }

  /** There may be room now for a resize that is not granted yet. */
  function wakePending(): void {
    for (const [uid, { resizePending }] of records) if (resizePending !== undefined) workers.wake(uid);
  }

  /** True at the first sight of the deletion, and when the grace was shortened under way. */
  function needsNewGrace(record: PodRecord, before: Pod | undefined): boolean {
    if (before?.metadata.deletionTimestamp === undefined) return true;
    return (
      record.grace !== undefined && record.stage === 'terminating' && graceSeconds(record) < record.grace
    );
  }
}
