import { timeOf } from '../../../api/time.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Machine } from '../../node/machineInfo.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { ContainerStats, Runtime } from '../../runtime/contract.ts';
import { HttpError } from '../httpError.ts';
import { measuredAt, podUsages, type PodUsage, total } from '../metrics/usage.ts';
import { type AgentRoute, sendJson } from '../route.ts';

export interface StatsOptions {
  readonly runtime: Pick<Runtime, 'stats'>;
  readonly view: Pick<RuntimeView, 'uids' | 'forPod'>;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly clock: Clock;
}

/** `/stats/summary` (kubelet stats/v1alpha1 Summary), as far as there is something to tell. */
export function statsRoute(options: StatsOptions): AgentRoute {
  return {
    name: 'stats',
    async serve(call) {
      if (call.rest.join('/') !== 'summary') throw new HttpError(404, '404 page not found');
      sendJson(call, await summary(options));
    },
  };
}

async function summary({ runtime, view, machine, nodeName, clock }: StatsOptions): Promise<object> {
  const [pods, info, usage, cpuSeconds] = await Promise.all([
    podUsages(runtime, view),
    machine.info(),
    machine.usage(),
    machine.cpuSeconds(),
  ]);
  const time = timeOf(clock.now());
  const availableBytes = Math.floor(info.storageBytes * usage.storageFree);
  return {
    node: {
      nodeName,
      cpu: { time, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
      memory: {
        time,
        availableBytes: usage.memoryAvailableBytes,
        workingSetBytes: Math.max(info.memoryBytes - usage.memoryAvailableBytes, 0),
      },
      fs: {
        time,
        capacityBytes: info.storageBytes,
        availableBytes,
        usedBytes: info.storageBytes - availableBytes,
      },
    },
    pods: pods.map(podStats),
  };
}

function podStats(pod: PodUsage): object {
  const { name, namespace, uid, sandbox, containers } = pod;
  const time = timeOf(measuredAt(pod));
  return {
    podRef: { name, namespace, uid },
    startTime: timeOf(sandbox.createdAt),
    ...(containers.length === 0
      ? {}
      : {
          cpu: { time, usageCoreNanoSeconds: total(pod, ({ cpuUsageNanos }) => cpuUsageNanos) },
          memory: { time, workingSetBytes: total(pod, ({ memoryWorkingSetBytes }) => memoryWorkingSetBytes) },
        }),
    containers: containers.map(({ instance, stats }) => ({
      startTime: timeOf(instance.startedAt ?? instance.createdAt),
      ...containerStats(stats),
    })),
  };
}

function containerStats(stats: ContainerStats): object {
  const time = timeOf(stats.time);
  return {
    name: stats.name,
    cpu: { time, usageCoreNanoSeconds: stats.cpuUsageNanos },
    memory: { time, workingSetBytes: stats.memoryWorkingSetBytes },
    rootfs: { time, usedBytes: stats.filesystemUsedBytes },
  };
}
