import { untilAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Container, Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { LifecycleRunner } from '../lifecycle/handlers.ts';
import type { Runtime, RuntimeContainer, SandboxStatus } from '../runtime/contract.ts';
import { fieldPathOf, roleOfInit, specOf } from './identity.ts';

export interface ContainerKiller {
  /** preStop, then TERM, after what is left of the grace KILL. Resolves when it is down. */
  kill(
    pod: Pod | undefined,
    instance: RuntimeContainer,
    podIP: string,
    message: string,
    grace: number,
  ): Promise<void>;
  /** Everything that runs in a pod: its containers together, then its sidecars from the last to the first. */
  killAll(
    pod: Pod | undefined,
    sandboxes: readonly SandboxStatus[],
    grace: number,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface ContainerKillerOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly lifecycle: LifecycleRunner;
}

/** A container always gets a moment to end by itself (kuberuntime `minimumGracePeriodInSeconds`). */
const MINIMUM_GRACE_SECONDS = 2;

export function createContainerKiller(options: ContainerKillerOptions): ContainerKiller {
  const { runtime, clock, logger, recorder, lifecycle } = options;

  const preStop = async (
    pod: Pod,
    container: Container,
    instance: RuntimeContainer,
    podIP: string,
    grace: number,
  ): Promise<void> => {
    const handler = container.lifecycle?.preStop;
    if (handler === undefined || grace <= 0) return;
    const abort = new AbortController();
    // The container may end by itself meanwhile; the grace period bounds the hook all the same.
    const over = clock.timeout(grace * 1000, () => abort.abort());
    try {
      await lifecycle(handler, { container, containerId: instance.id, podIP }, grace * 1000, abort.signal);
    } catch (error) {
      logger.warn('preStop hook failed', { pod: pod.metadata.name, container: container.name, error });
      recorder.event(
        pod,
        'Warning',
        'FailedPreStopHook',
        'PreStopHook failed',
        fieldPathOf(pod, container.name),
      );
    } finally {
      over.dispose();
    }
  };

  /** Containers that are being killed: a second kill with less grace neither says so again nor runs preStop again. */
  const dying = new Set<string>();

  const kill: ContainerKiller['kill'] = async (pod, instance, podIP, message, grace) => {
    const container = pod && specOf(pod, instance.name);
    const begun = clock.monotonic();
    const isFirst = !dying.has(instance.id);
    dying.add(instance.id);
    try {
      if (pod !== undefined && container !== undefined && isFirst) {
        recorder.event(pod, 'Normal', 'Killing', message, fieldPathOf(pod, instance.name));
        await preStop(pod, container, instance, podIP, grace);
      }
      const left = Math.ceil(grace - (clock.monotonic() - begun) / 1000);
      await runtime.stopContainer(instance.id, Math.max(left, MINIMUM_GRACE_SECONDS));
    } finally {
      if (isFirst) dying.delete(instance.id);
    }
  };

  return {
    kill,
    async killAll(pod, sandboxes, grace, signal) {
      const begun = clock.monotonic();
      const podIP = sandboxes[0]?.ips[0] ?? '';
      const isSidecar = (name: string): boolean =>
        pod?.spec.initContainers?.some((init) => init.name === name && roleOfInit(init) === 'sidecar') ===
        true;
      const alive = sandboxes
        .flatMap(({ containers }) => containers)
        .filter(({ state }) => state !== 'exited');
      const stop = (instance: RuntimeContainer): Promise<void> => {
        const left = Math.max(grace - (clock.monotonic() - begun) / 1000, 0);
        return kill(pod, instance, podIP, `Stopping container ${instance.name}`, left);
      };
      // A pass that is cut short lets go of them; they are being stopped all the same.
      await untilAborted(Promise.all(alive.filter(({ name }) => !isSidecar(name)).map(stop)), signal);
      const order = (pod?.spec.initContainers ?? []).map(({ name }) => name);
      const sidecars = alive
        .filter(({ name }) => isSidecar(name))
        .sort((a, b) => order.indexOf(b.name) - order.indexOf(a.name));
      for (const sidecar of sidecars) {
        await untilAborted(stop(sidecar), signal);
      }
    },
  };
}
