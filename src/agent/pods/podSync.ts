import type { Logger } from '../../base/logger.ts';
import type { Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { PodHook } from '../hooks/contract.ts';
import type { ProbeManager } from '../probes/probeManager.ts';
import type { Runtime, SandboxConfig, SandboxStatus } from '../runtime/contract.ts';
import { needsRestart } from './allocation.ts';
import { runningIn, specOf } from './identity.ts';
import type { ContainerKiller } from './containerKiller.ts';
import type { ContainerStarter } from './containerStarter.ts';
import { type PodActions, computePodActions } from './podActions.ts';
import { POD } from './holds.ts';
import type { PodRecord } from './podRecord.ts';
import type { PodReporter } from './podReporter.ts';
import type { PodResize } from './podResize.ts';
import type { RuntimeView } from './runtimeView.ts';
import type { Semaphore } from './semaphore.ts';

/** The result of a pass. */
export interface PassResult {
  /** All its containers have ended for good. */
  readonly finished: boolean;
  /** Another pass makes sense then, in ms, if nothing happens before. */
  readonly retryMs: number | undefined;
}

export interface PodSyncOptions {
  readonly runtime: Pick<Runtime, 'runSandbox' | 'stopSandbox'>;
  readonly view: Pick<RuntimeView, 'forPod' | 'refresh'>;
  readonly probes: Pick<ProbeManager, 'liveness' | 'startup' | 'started' | 'track'>;
  readonly killer: ContainerKiller;
  readonly starter: Pick<ContainerStarter, 'start'>;
  readonly resize: PodResize;
  readonly recorder: EventRecorder;
  readonly logger: Logger;
  readonly hooks: readonly PodHook[];
  /** Sandboxes that are made at the same time. */
  readonly sandboxSlots: Semaphore;
  sandboxConfig(pod: Pod, attempt: number): SandboxConfig;
  /** Resolves when pods can have a network. */
  networkReady(signal: AbortSignal): Promise<void>;
  hostIP(): string;
  readonly report: PodReporter;
}

/** As often as a resize that failed is tried again. */
const RESIZE_RETRY_MS = 10_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;

export interface PodSync {
  /** One pass over a pod that is to run. */
  run(record: PodRecord, pod: Pod, signal: AbortSignal): Promise<PassResult>;
  /** The pod's object has changed. */
  update(record: PodRecord, pod: Pod): void;
}

export function createPodSync(options: PodSyncOptions): PodSync {
  const { runtime, view, probes, killer, starter, resize, recorder, logger, report } = options;
  /** Pods whose hooks have run in this life of the agent. */
  const prepared = new WeakSet<PodRecord>();
  /** Consecutive passes that failed, for their back-off. */
  const failures = new WeakMap<PodRecord, number>();

  const actionsFor = (record: PodRecord, pod: Pod): PodActions =>
    computePodActions({
      pod,
      sandboxes: view.forPod(pod.metadata.uid),
      liveness: (id) => probes.liveness(id),
      startup: (id) => probes.startup(id),
      started: (id) => probes.started(id),
      restartsToResize(container) {
        const has = record.resources.enforced.get(container.name);
        return has !== undefined && needsRestart(container, has);
      },
    });

  /** Another failure of the pod as a whole: when it may be tried again. */
  const hold = (record: PodRecord): number => {
    const count = failures.get(record) ?? 0;
    const delay = RETRY_MS[Math.min(count, RETRY_MS.length - 1)] ?? 10_000;
    failures.set(record, count + 1);
    record.holds.hold(POD, delay);
    return delay;
  };

  const prepare = async (record: PodRecord, pod: Pod, signal: AbortSignal): Promise<void> => {
    if (prepared.has(record)) return;
    for (const hook of options.hooks) await hook.prepare(pod, signal);
    prepared.add(record);
  };

  const stopOld = async (record: PodRecord, pod: Pod, signal: AbortSignal): Promise<void> => {
    const old = view.forPod(pod.metadata.uid);
    if (old.length > 0) {
      recorder.event(
        pod,
        'Normal',
        'SandboxChanged',
        'Pod sandbox changed, it will be killed and re-created.',
      );
    }
    await killer.killAll(pod, old, record.life.graceSeconds, signal);
    // Also those that are down already: their network must be given back (a node that was restarted).
    await Promise.all(old.map(({ id }) => runtime.stopSandbox(id)));
    await Promise.all(old.map(({ id }) => view.refresh(id)));
  };

  const createSandbox = async (
    record: PodRecord,
    pod: Pod,
    attempt: number,
    signal: AbortSignal,
  ): Promise<SandboxStatus> => {
    await stopOld(record, pod, signal);
    if (pod.spec.hostNetwork !== true) await options.networkReady(signal);
    const release = await options.sandboxSlots.acquire(signal);
    try {
      const id = await runtime.runSandbox(options.sandboxConfig(pod, attempt));
      await view.refresh(id);
      // Not cut short in the middle: what was begun is known, and taken down in order.
      signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) {
        const text = error instanceof Error ? error.message : String(error);
        recorder.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${text}`);
      }
      throw error;
    } finally {
      release();
    }
    const [sandbox] = view.forPod(pod.metadata.uid);
    if (sandbox === undefined) throw new Error('the sandbox went away while it was made');
    report(record);
    return sandbox;
  };

  const trackProbes = (record: PodRecord, pod: Pod): void => {
    const [sandbox] = view.forPod(pod.metadata.uid);
    const running = (sandbox?.containers ?? []).flatMap((instance) => {
      const container = instance.state === 'running' ? specOf(pod, instance.name) : undefined;
      return container === undefined ? [] : [{ container, instance }];
    });
    probes.track(pod, sandbox?.ips[0] ?? options.hostIP(), running);
    report(record);
  };

  return {
    async run(record, pod, signal) {
      const actions = actionsFor(record, pod);
      if (actions.killPod && !actions.createSandbox) return { finished: true, retryMs: undefined };
      const held = record.holds.left(POD);
      if (held > 0) return { finished: false, retryMs: held };
      try {
        await prepare(record, pod, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        const text = error instanceof Error ? error.message : String(error);
        logger.warn('pod not prepared', { pod: pod.metadata.name, error });
        recorder.event(pod, 'Warning', 'FailedMount', text);
        // After a restart of the agent: what runs already is as ready as it was.
        trackProbes(record, pod);
        return { finished: false, retryMs: hold(record) };
      }
      let sandbox: SandboxStatus;
      try {
        sandbox = actions.sandbox ?? (await createSandbox(record, pod, actions.attempt, signal));
      } catch (error) {
        if (signal.aborted) throw error;
        logger.warn('sandbox not created', { pod: pod.metadata.name, error });
        return { finished: false, retryMs: hold(record) };
      }
      failures.delete(record);
      for (const { instance, message, probe, container } of actions.toKill) {
        const ofProbe =
          probe === 'liveness'
            ? container.livenessProbe
            : probe === 'startup'
              ? container.startupProbe
              : undefined;
        const grace = ofProbe?.terminationGracePeriodSeconds ?? record.life.graceSeconds;
        await killer.kill(pod, instance, sandbox.ips[0] ?? '', message, grace);
      }
      if (actions.toKill.length > 0) await view.refresh(sandbox.id);

      const config = options.sandboxConfig(pod, sandbox.attempt);
      const retries: number[] = [];
      const running = runningIn(view.forPod(pod.metadata.uid));
      if (record.resources.isResizing) trackProbes(record, pod);
      if (!(await resize.enforce(record, pod, running))) retries.push(RESIZE_RETRY_MS);
      for (const what of actions.toStart) {
        signal.throwIfAborted();
        const latest = view.forPod(pod.metadata.uid).flatMap(({ containers }) => containers);
        const previous = latest.find(({ id }) => id === what.previous?.id) ?? what.previous;
        const onChange = async (): Promise<void> => {
          await view.refresh(sandbox.id);
          trackProbes(record, pod);
        };
        const target = { ...what, previous };
        const retryMs = await starter.start(record, pod, sandbox, config, target, onChange, signal);
        if (retryMs !== undefined) {
          retries.push(retryMs);
          continue;
        }
        resize.started(record, what.container);
        // What comes after a sidecar does not wait for its end: it is looked at as soon as the sidecar runs.
        if (what.role === 'sidecar') retries.push(0);
      }
      trackProbes(record, pod);
      return { finished: false, retryMs: retries.length === 0 ? undefined : Math.min(...retries) };
    },
    update(record, pod) {
      if (prepared.has(record)) for (const hook of options.hooks) hook.update?.(pod);
    },
  };
}
