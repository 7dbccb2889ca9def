import { timeOf } from '../../../api/time.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Machine } from '../../node/machineInfo.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { ContainerStats, Runtime } from '../../runtime/contract.ts';
import { HttpError } from '../httpError.ts';
import type { FilesystemStats, PodStorage, StorageMeter, VolumeUsage } from '../metrics/storage.ts';
import { measuredAt, podUsages, type PodUsage, total } from '../metrics/usage.ts';
import { type AgentRoute, sendJson } from '../route.ts';

export interface StatsOptions {
  readonly runtime: Pick<Runtime, 'stats' | 'images'>;
  readonly view: Pick<RuntimeView, 'uids' | 'forPod'>;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly clock: Clock;
  /** Missing for a node without files. */
  readonly storage: StorageMeter | undefined;
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

async function summary(options: StatsOptions): Promise<object> {
  const { runtime, view, machine, nodeName, clock, storage } = options;
  const [pods, info, usage, cpuSeconds, images, stored, disk] = await Promise.all([
    podUsages(runtime, view),
    machine.info(),
    machine.usage(),
    machine.cpuSeconds(),
    runtime.images.list(),
    storage?.pods(),
    storage?.disk(),
  ]);
  const time = timeOf(clock.now());
  const availableBytes = Math.floor(info.storageBytes * usage.storageFree);
  const fs = { time, capacityBytes: info.storageBytes, availableBytes };
  return {
    node: {
      nodeName,
      cpu: { time, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
      memory: {
        time,
        availableBytes: usage.memoryAvailableBytes,
        workingSetBytes: Math.max(info.memoryBytes - usage.memoryAvailableBytes, 0),
      },
      fs: { ...fs, usedBytes: info.storageBytes - availableBytes },
      runtime: {
        imageFs: { ...fs, usedBytes: images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
      },
    },
    pods: pods.map((pod) => podStats(pod, stored?.get(pod.uid), disk)),
  };
}

/** `disk`: what containers' layers and logs lie on; unknown on a node without files. */
function podStats(pod: PodUsage, stored: PodStorage | undefined, disk: FilesystemStats | undefined): object {
  const { name, namespace, uid, sandbox, containers } = pod;
  const time = timeOf(measuredAt(pod));
  const { logs = new Map<string, number>(), volumes = [] } = stored ?? {};
  const ofLogs = [...logs.values()].reduce((sum, bytes) => sum + bytes, 0);
  const ephemeral = volumes
    .filter(({ isEphemeral }) => isEphemeral)
    .reduce((sum, { usedBytes }) => sum + usedBytes, ofLogs);
  const usedBytes = ephemeral + total(pod, ({ filesystemUsedBytes }) => filesystemUsedBytes);
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
      ...containerStats(stats, logs.get(stats.name), disk),
    })),
    ...(volumes.length === 0
      ? {}
      : { volume: byName(volumes).map((volume) => volumeStats(volume, namespace, time)) }),
    'ephemeral-storage': { time, ...ofDisk(disk), usedBytes },
  };
}

function containerStats(
  stats: ContainerStats,
  logBytes: number | undefined,
  disk: FilesystemStats | undefined,
): object {
  const time = timeOf(stats.time);
  return {
    name: stats.name,
    cpu: { time, usageCoreNanoSeconds: stats.cpuUsageNanos },
    memory: { time, workingSetBytes: stats.memoryWorkingSetBytes },
    rootfs: { time, ...ofDisk(disk), usedBytes: stats.filesystemUsedBytes },
    ...(logBytes === undefined ? {} : { logs: { time, ...ofDisk(disk), usedBytes: logBytes } }),
  };
}

function volumeStats(
  { name, claim, usedBytes, filesystem }: VolumeUsage,
  namespace: string,
  time: string,
): object {
  return {
    name,
    time,
    ...ofDisk(filesystem),
    usedBytes,
    ...(claim === undefined ? {} : { pvcRef: { name: claim, namespace } }),
  };
}

const byName = (volumes: readonly VolumeUsage[]): readonly VolumeUsage[] =>
  [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1));

function ofDisk(disk: FilesystemStats | undefined): object {
  if (disk === undefined) return {};
  const { availableBytes, capacityBytes, inodes, inodesFree } = disk;
  return { availableBytes, capacityBytes, inodes, inodesFree, inodesUsed: inodes - inodesFree };
}
