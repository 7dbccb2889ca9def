import { groupBy } from '../../base/groupBy.ts';
import { timeOf } from '../../api/time.ts';
import type { Clock } from '../../base/clock.ts';
import type { Machine } from '../node/machineInfo.ts';
import { POD_NAME, POD_NAMESPACE, POD_UID } from '../pods/identity.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { ContainerStats, Runtime, SandboxStatus } from '../runtime/contract.ts';

export interface StatsOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly clock: Clock;
}

/** kubelet's `/stats/summary` (stats/v1alpha1 Summary), as far as there is something to tell. */
export async function statsSummary(options: StatsOptions): Promise<object> {
  const { runtime, view, machine, nodeName, clock } = options;
  const [stats, info, usage] = await Promise.all([runtime.stats(), machine.info(), machine.usage()]);
  const bySandbox = groupBy(stats, ({ sandbox }) => sandbox);
  const time = timeOf(clock.now());
  const sandboxes = view.uids().flatMap((uid) => view.forPod(uid).slice(0, 1));
  return {
    node: {
      nodeName,
      memory: {
        time,
        availableBytes: usage.memoryAvailableBytes,
        workingSetBytes: Math.max(info.memoryBytes - usage.memoryAvailableBytes, 0),
      },
      fs: {
        time,
        capacityBytes: info.storageBytes,
        availableBytes: Math.floor(info.storageBytes * usage.storageFree),
      },
    },
    pods: sandboxes.map((sandbox) => podStats(sandbox, bySandbox.get(sandbox.id) ?? [])),
  };
}

function podStats(sandbox: SandboxStatus, stats: readonly ContainerStats[]): object {
  return {
    podRef: {
      name: sandbox.labels[POD_NAME],
      namespace: sandbox.labels[POD_NAMESPACE],
      uid: sandbox.labels[POD_UID],
    },
    startTime: timeOf(sandbox.createdAt),
    containers: stats.map((entry) => ({
      name: entry.name,
      cpu: { time: timeOf(entry.time), usageCoreNanoSeconds: entry.cpuUsageNanos },
      memory: { time: timeOf(entry.time), workingSetBytes: entry.memoryWorkingSetBytes },
      rootfs: { time: timeOf(entry.time), usedBytes: entry.filesystemUsedBytes },
    })),
  };
}
