import { quantityValue } from '../../api/quantity.ts';
import type { Container, Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { ContainerConfig, Runtime, RuntimeContainer } from '../runtime/contract.ts';
import { changedResources, sameAllocation, wantedAllocation, withAllocation } from './allocation.ts';
import { containersOf } from './identity.ts';
import type { PodRecord } from './podRecord.ts';
import type { PodFailure } from './podStatus.ts';

export interface PodResizeOptions {
  readonly runtime: Runtime;
  readonly recorder: EventRecorder;
  /** Limits and weights of a container for the runtime. */
  resourcesOf(pod: Pod, container: Container): ContainerConfig['resources'];
  /** Why a pod cannot have what its spec wants beside the others, undefined where it can. */
  refusal(pod: Pod, others: readonly Pod[]): PodFailure | undefined;
}

/** Resizing of running pods (KEP-1287, kubelet `allocation_manager.go`): granted first, then put into force. */
export interface PodResize {
  /** Grants what the pod's spec wants, if the node has room. The pod with what is granted. */
  grant(record: PodRecord, pod: Pod, others: () => readonly Pod[]): Pod;
  /** Puts what was granted into force in containers that need not restart for it. False where that failed. */
  enforce(record: PodRecord, pod: Pod, running: readonly RuntimeContainer[]): Promise<boolean>;
  /** A container has started with what it was granted. */
  started(record: PodRecord, container: Container): void;
  /** Ends a resize that is in force in all containers that run. */
  settle(record: PodRecord, pod: Pod, running: readonly RuntimeContainer[]): void;
}

export function createPodResize(options: PodResizeOptions): PodResize {
  const { runtime, recorder } = options;

  const tell = (pod: Pod, type: 'Normal' | 'Warning', reason: string, what: string, error?: string): void => {
    const containers = [...wantedAllocation(pod)].map(([name, resources]) => ({ name, resources }));
    const { generation } = pod.metadata;
    recorder.event(
      pod,
      type,
      reason,
      `Pod resize ${what}: ${JSON.stringify({ containers, generation, error })}`,
    );
  };

  /** The runtime would end a container that has more than it may have. */
  const refuseBelowUse = async (container: Container, instance: RuntimeContainer): Promise<void> => {
    const text = container.resources?.limits?.['memory'];
    if (text === undefined) return;
    const limit = quantityValue(text);
    const used = (await runtime.stats()).find(({ id }) => id === instance.id)?.memoryWorkingSetBytes ?? 0;
    if (used < limit) return;
    throw new Error(
      `attempting to set container ${JSON.stringify(container.name)} memory limit (${limit}) below current usage (${used})`,
    );
  };

  return {
    grant({ resources }, pod, others) {
      const wanted = wantedAllocation(pod);
      if (sameAllocation(wanted, resources.allocated)) {
        resources.wait(undefined);
        return withAllocation(pod, resources.allocated);
      }
      const refusal = options.refusal(pod, others());
      if (refusal === undefined) {
        resources.grant(wanted);
        tell(pod, 'Normal', 'ResizeStarted', 'started');
      } else {
        if (resources.resizePending?.message !== refusal.message) {
          tell(pod, 'Warning', `Resize${refusal.reason}`, refusal.reason, refusal.message);
        }
        resources.wait(refusal);
      }
      return withAllocation(pod, resources.allocated);
    },
    async enforce({ resources }, pod, running) {
      let failed: string | undefined;
      for (const { container } of containersOf(pod)) {
        const instance = running.find(({ name }) => name === container.name);
        const has = resources.enforced.get(container.name);
        if (instance === undefined || has === undefined) continue;
        const changed = changedResources(container.resources, has);
        if (changed.length === 0) continue;
        try {
          if (changed.includes('memory')) await refuseBelowUse(container, instance);
          await runtime.updateContainer(instance.id, options.resourcesOf(pod, container));
          resources.enforce(container.name, container.resources ?? {});
        } catch (error) {
          failed = error instanceof Error ? error.message : String(error);
        }
      }
      if (failed !== undefined && failed !== resources.resizeError)
        tell(pod, 'Warning', 'ResizeError', 'error', failed);
      resources.fail(failed);
      return failed === undefined;
    },
    started({ resources }, container) {
      resources.enforce(container.name, container.resources ?? {});
    },
    settle({ resources }, pod, running) {
      if (!resources.isResizing) return;
      const isDone = running.every(({ name }) => {
        const [granted, has] = [resources.allocated.get(name), resources.enforced.get(name)];
        return granted === undefined || has === undefined || changedResources(granted, has).length === 0;
      });
      if (!isDone) return;
      resources.complete();
      tell(pod, 'Normal', 'ResizeCompleted', 'completed');
    },
  };
}
