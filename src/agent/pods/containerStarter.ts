import { untilAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Mutable } from '../../api/meta.ts';
import type { Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import { type ContainerDraft, type ContainerHook, ContainerStartError, RETRY_MS } from '../hooks/contract.ts';
import type { LifecycleRunner } from '../lifecycle/handlers.ts';
import type {
  ContainerConfig,
  ContainerId,
  Runtime,
  SandboxConfig,
  SandboxStatus,
} from '../runtime/contract.ts';
import type { ContainerKiller } from './containerKiller.ts';
import { containerAnnotations, containerHash, containerLabels, fieldPathOf } from './identity.ts';
import type { ContainerToStart } from './podActions.ts';
import type { PodRecord } from './podRecord.ts';
import { createRestartBackoff } from './restartBackoff.ts';

export interface ContainerStarter {
  /**
   * Brings one container up. A failure goes into the record's waiting reasons; the answer then is when to try again,
   * in ms. `onChange` runs when the container runs (its postStart hook may still be at work) or has failed to.
   */
  start(
    record: PodRecord,
    pod: Pod,
    sandbox: SandboxStatus,
    config: SandboxConfig,
    what: ContainerToStart,
    onChange: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<number | undefined>;
  forget(uid: string): void;
}

export interface ContainerStarterOptions {
  readonly runtime: Pick<Runtime, 'createContainer' | 'startContainer' | 'removeContainer' | 'status'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly hooks: readonly ContainerHook[];
  readonly lifecycle: LifecycleRunner;
  readonly killer: Pick<ContainerKiller, 'kill'>;
  hostIPs(): readonly string[];
}

/** A pod's start-up reasons that come from images: their event names the reason and not the text. */
const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
]);

export function createContainerStarter(options: ContainerStarterOptions): ContainerStarter {
  const { runtime, clock, logger, recorder } = options;
  const backoff = createRestartBackoff({ clock, initialMs: 10_000, maxMs: 300_000 });

  const hold = (record: PodRecord, pod: Pod, what: ContainerToStart): number | undefined => {
    const { container, previous } = what;
    if (previous?.state !== 'exited') return undefined;
    const { name, namespace, uid } = pod.metadata;
    const key = `${uid}/${container.name}/${containerHash(container)}`;
    const { waitMs, delayMs } = backoff.remaining(key, previous.finishedAt ?? previous.createdAt);
    if (waitMs <= 0) {
      backoff.next(key);
      return undefined;
    }
    const where = `${name}_${namespace}(${uid})`;
    recorder.event(
      pod,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${where}`,
      fieldPathOf(pod, container.name),
    );
    record.holds.hold(container.name, waitMs, 'crash');
    record.starts.wait(container.name, {
      reason: 'CrashLoopBackOff',
      message: `back-off ${goSeconds(delayMs)} restarting failed container=${container.name} pod=${where}`,
    });
    return waitMs;
  };

  const create = async (
    pod: Pod,
    sandbox: SandboxStatus,
    config: SandboxConfig,
    what: ContainerToStart,
    signal: AbortSignal,
  ): Promise<ContainerId> => {
    const { container, previous } = what;
    const attempt = nextAttempt(pod, what);
    const draft: ContainerDraft = { config: blankConfig(pod, what, attempt), image: undefined };
    const target = pod.spec.ephemeralContainers?.find(
      ({ name }) => name === container.name,
    )?.targetContainerName;
    const shared = sandbox.containers.find(({ name, state }) => name === target && state === 'running');
    if (shared !== undefined && pod.spec.shareProcessNamespace !== true)
      draft.config.sharesProcessesOf = shared.id;
    const podIPs = pod.spec.hostNetwork === true ? options.hostIPs() : sandbox.ips;
    const context = { pod, container, attempt, podIPs, sandbox: config, signal };
    for (const hook of options.hooks) await hook.apply(context, draft);
    // A container that was made and never started is in the way of nothing, but it is never used again.
    if (previous?.state === 'created') await runtime.removeContainer(previous.id);
    const id = await runtime
      .createContainer(sandbox.id, draft.config as ContainerConfig, config)
      .catch((error: unknown) => {
        throw new ContainerStartError('CreateContainerError', textOf(error), RETRY_MS);
      });
    recorder.event(pod, 'Normal', 'Created', 'Container created', fieldPathOf(pod, container.name));
    return id;
  };

  const postStart = async (
    record: PodRecord,
    pod: Pod,
    sandbox: SandboxStatus,
    { container }: ContainerToStart,
    id: ContainerId,
    signal: AbortSignal,
  ): Promise<void> => {
    const handler = container.lifecycle?.postStart;
    if (handler === undefined) return;
    const podIP = sandbox.ips[0] ?? options.hostIPs()[0] ?? '';
    try {
      const target = { container, containerId: id, podIP };
      // A command in a container cannot be called back: a pod that is deleted meanwhile does not wait for it.
      await untilAborted(options.lifecycle(handler, target, POST_START_LIMIT_MS, signal), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn('postStart hook failed', { pod: pod.metadata.name, container: container.name, error });
      recorder.event(
        pod,
        'Warning',
        'FailedPostStartHook',
        'PostStartHook failed',
        fieldPathOf(pod, container.name),
      );
      record.starts.wait(container.name, { reason: 'PostStartHookError', message: textOf(error) });
      const instance = (await runtime.status(sandbox.id))?.containers.find(
        (candidate) => candidate.id === id,
      );
      if (instance === undefined) return;
      const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
      await options.killer.kill(pod, instance, podIP, 'FailedPostStartHook', grace);
    }
  };

  return {
    async start(record, pod, sandbox, config, what, onChange, signal) {
      const { container } = what;
      const held = record.holds.left(container.name);
      if (held > 0) return held;
      const wait = hold(record, pod, what);
      if (wait !== undefined) return wait;
      try {
        const id = await create(pod, sandbox, config, what, signal);
        await runtime.startContainer(id).catch((error: unknown) => {
          throw new ContainerStartError('RunContainerError', textOf(error), 1_000);
        });
        recorder.event(pod, 'Normal', 'Started', 'Container started', fieldPathOf(pod, container.name));
        record.starts.run(container.name);
        if (container.lifecycle?.postStart !== undefined) record.starts.beginHook(container.name);
        await onChange();
        await postStart(record, pod, sandbox, what, id, signal);
        return undefined;
      } catch (error) {
        if (signal.aborted) throw error;
        const failure =
          error instanceof ContainerStartError
            ? error
            : new ContainerStartError('CreateContainerConfigError', textOf(error), RETRY_MS);
        record.starts.wait(container.name, { reason: failure.reason, message: failure.message });
        record.holds.hold(container.name, failure.retryMs);
        const eventText = IMAGE_REASONS.has(failure.reason) ? failure.reason : failure.message;
        recorder.event(pod, 'Warning', 'Failed', `Error: ${eventText}`, fieldPathOf(pod, container.name));
        await onChange();
        return failure.retryMs;
      } finally {
        record.starts.endHook(container.name);
      }
    },
    forget: (uid) => backoff.forget(`${uid}/`),
  };
}

/** A postStart hook has no time limit of its own. */
const POST_START_LIMIT_MS = 24 * 3_600_000;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const goSeconds = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
};

/** How often it was started before: from the runtime, or where that has lost its memory from the API. */
function nextAttempt(pod: Pod, { container, previous }: ContainerToStart): number {
  if (previous !== undefined) return previous.state === 'created' ? previous.attempt : previous.attempt + 1;
  const reported = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ].find(({ name }) => name === container.name);
  return reported?.containerID === undefined || reported.containerID === ''
    ? (reported?.restartCount ?? 0)
    : reported.restartCount + 1;
}

function blankConfig(pod: Pod, { container }: ContainerToStart, attempt: number): Mutable<ContainerConfig> {
  return {
    name: container.name,
    attempt,
    image: container.image ?? '',
    command: [],
    args: [],
    workingDir: '',
    env: [],
    mounts: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, attempt),
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    resources: { oomScoreAdj: 0 },
    security: {
      privileged: false,
      supplementalGroups: [],
      readOnlyRootFilesystem: false,
      noNewPrivileges: false,
      addCapabilities: [],
      dropCapabilities: [],
      seccomp: { type: 'unconfined' },
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}
