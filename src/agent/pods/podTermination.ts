import type { PodHook } from '../hooks/contract.ts';
import type { ProbeManager } from '../probes/probeManager.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { ContainerKiller } from './containerKiller.ts';
import type { PodFiles } from './podFiles.ts';
import type { PodIdentity } from './identity.ts';
import type { PodRecord } from './podRecord.ts';
import type { PodReporter } from './podReporter.ts';
import type { RuntimeView } from './runtimeView.ts';
import type { StatusManager } from './statusManager.ts';

export interface PodTermination {
  /**
   * Takes a pod down: its containers, its sandboxes, what it had on the node; with its last status told, and all traces
   * gone where the API wants it gone. Idempotent: a pass that was cut short is made again. True once nothing is left.
   */
  run(record: PodRecord, signal: AbortSignal): Promise<boolean>;
}

export interface PodTerminationOptions {
  readonly runtime: Pick<Runtime, 'stopSandbox' | 'removeSandbox' | 'removeContainer'>;
  readonly view: Pick<RuntimeView, 'forPod' | 'refresh'>;
  readonly probes: Pick<ProbeManager, 'stopRestarting' | 'drop'>;
  readonly killer: Pick<ContainerKiller, 'killAll'>;
  readonly statuses: Pick<StatusManager, 'remove' | 'forget'>;
  readonly hooks: readonly PodHook[];
  readonly files: Pick<PodFiles, 'removeLogs'>;
  readonly report: PodReporter;
}

export function createPodTermination(options: PodTerminationOptions): PodTermination {
  const { runtime, view, probes, statuses, report } = options;

  const takeDown = async (record: PodRecord, signal: AbortSignal): Promise<void> => {
    const { identity, life, ending } = record;
    const { uid } = identity;
    const grace = life.graceSeconds;
    ending.begin(grace);
    probes.stopRestarting(uid);
    report(record);
    await options.killer.killAll(life.isGone ? undefined : life.pod, view.forPod(uid), grace, signal);
    const sandboxes = view.forPod(uid);
    await Promise.all(
      sandboxes.filter(({ ready }) => ready || life.isGone).map(({ id }) => runtime.stopSandbox(id)),
    );
    await Promise.all(sandboxes.map(({ id }) => view.refresh(id)));
    for (const hook of options.hooks.toReversed()) await hook.undo(identity);
    probes.drop(uid);
    ending.complete();
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

  return {
    async run(record, signal) {
      const { identity, life, ending } = record;
      if (ending.stage !== 'terminated') await takeDown(record, signal);
      report(record);
      if (!life.isGone && life.pod?.metadata.deletionTimestamp === undefined) return false;
      await removeTraces(identity);
      if (!life.isGone && life.pod !== undefined) {
        statuses.remove(life.pod);
        return false;
      }
      statuses.forget(identity.uid);
      return true;
    },
  };
}
