import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import type { Pod } from '../../../api/types.ts';
import type { DiskUsage } from '../../eviction/diskUsage.ts';
import type { AgentPaths } from '../../paths.ts';
import { containersOf, identityOf, logDirectoryName } from '../../pods/identity.ts';
import type { PodVolume } from '../../volumes/contract.ts';

/** The use of a whole file system. */
export interface FilesystemStats {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

export interface VolumeUsage {
  readonly name: string;
  /** The claim that it is by, in the pod's namespace. */
  readonly claim?: string;
  /** It lies on the node's disk and goes with the pod. */
  readonly isEphemeral: boolean;
  readonly usedBytes: number;
  readonly filesystem: FilesystemStats;
}

/** The disk use of a pod, without its containers' layers. */
export interface PodStorage {
  /** By container, with those that were rotated. */
  readonly logs: ReadonlyMap<string, number>;
  readonly volumes: readonly VolumeUsage[];
}

export interface ClaimUsage extends VolumeUsage {
  readonly namespace: string;
  readonly claim: string;
}

export interface StorageMeter {
  /** By pod; as it was at most a minute ago: directories are walked for it. */
  pods(): Promise<ReadonlyMap<string, PodStorage>>;
  /** The volumes by claims that pods of the node use, each once. Costs a system call each. */
  claims(): Promise<readonly ClaimUsage[]>;
  /** The disk that logs, layers and volumes of pods lie on. */
  disk(): Promise<FilesystemStats | undefined>;
}

export interface StorageMeterOptions {
  readonly pods: () => readonly Pod[];
  /** The volumes of a pod that are set up, by name. */
  readonly volumesOf: (uid: string) => ReadonlyMap<string, PodVolume>;
  readonly diskUsage: DiskUsage;
  readonly paths: Pick<AgentPaths, 'kubelet' | 'logs'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** kubelet's volumeStatsAggPeriod. */
const FRESH_MS = 60_000;

export function createStorageMeter(options: StorageMeterOptions): StorageMeter {
  const { volumesOf, diskUsage, paths, clock, signal } = options;
  let last: { readonly at: number; readonly found: Promise<ReadonlyMap<string, PodStorage>> } | undefined;

  const measure = async (): Promise<ReadonlyMap<string, PodStorage>> => {
    const pods = options.pods().map((pod) => ({ pod, logs: logsOf(pod, paths.logs) }));
    const walked = pods.flatMap(({ pod, logs }) => [
      ...logs.values(),
      ...[...volumesOf(pod.metadata.uid).values()].filter(isOfPod).map(({ hostPath }) => hostPath),
    ]);
    const bytes = await diskUsage(walked, signal);
    return new Map(
      await Promise.all(
        pods.map(async ({ pod, logs }) => {
          const volumes = await Promise.all(
            [...volumesOf(pod.metadata.uid)].map(([name, volume]) =>
              volumeUsage(pod, name, volume, bytes.get(volume.hostPath)),
            ),
          );
          const storage: PodStorage = {
            logs: new Map([...logs].map(([name, path]) => [name, bytes.get(path) ?? 0])),
            volumes: volumes.filter((usage) => usage !== undefined),
          };
          return [pod.metadata.uid, storage] as const;
        }),
      ),
    );
  };

  return {
    pods() {
      if (last === undefined || clock.monotonic() - last.at >= FRESH_MS) {
        const begun = { at: clock.monotonic(), found: measure() };
        last = begun;
        begun.found.catch(() => {
          if (last === begun) last = undefined;
        });
      }
      return last.found;
    },
    async claims() {
      const found = new Map<string, Promise<ClaimUsage | undefined>>();
      for (const pod of options.pods()) {
        const { uid, namespace } = pod.metadata;
        for (const [name, volume] of volumesOf(uid)) {
          const { claim } = volume;
          if (claim === undefined || found.has(`${namespace}/${claim}`)) continue;
          const usage = volumeUsage(pod, name, volume, undefined);
          found.set(
            `${namespace}/${claim}`,
            usage.then((known) => known && { ...known, namespace, claim }),
          );
        }
      }
      return (await Promise.all(found.values())).filter((usage) => usage !== undefined);
    },
    disk: () => filesystemOf(paths.kubelet),
  };
}

/** The pod's own: not a part of the node, and not by a claim. */
const isOfPod = ({ isOfNode, claim }: PodVolume): boolean => isOfNode !== true && claim === undefined;

/**
 * The use of a pod's volume. For a claim it is that of the whole file system, as upstream reports directories.
 * Undefined for a hostPath.
 */
async function volumeUsage(
  pod: Pod,
  name: string,
  { hostPath, claim, isOfNode }: PodVolume,
  bytes: number | undefined,
): Promise<VolumeUsage | undefined> {
  if (claim === undefined && isOfNode === true) return undefined;
  const filesystem = await filesystemOf(hostPath);
  if (filesystem === undefined) return undefined;
  const source = pod.spec.volumes?.find((volume) => volume.name === name);
  const isOnDisk = source?.emptyDir !== undefined && (source.emptyDir.medium ?? '') === '';
  return {
    name,
    ...(claim === undefined ? {} : { claim }),
    isEphemeral: isOnDisk || source?.configMap !== undefined,
    usedBytes: bytes ?? filesystem.usedBytes,
    filesystem,
  };
}

async function filesystemOf(path: string): Promise<FilesystemStats | undefined> {
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { blocks, bavail, bfree, bsize, files, ffree } = found;
  return {
    capacityBytes: blocks * bsize,
    availableBytes: bavail * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
  };
}

function logsOf(pod: Pod, root: string): ReadonlyMap<string, string> {
  const directory = join(root, logDirectoryName(identityOf(pod)));
  return new Map(containersOf(pod).map(({ container: { name } }) => [name, join(directory, name)]));
}
