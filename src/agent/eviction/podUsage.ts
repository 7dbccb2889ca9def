import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { identityOf, logDirectoryName } from '../pods/identity.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { DiskUsage } from './diskUsage.ts';

/** The resources of the node that a pod uses, in bytes. */
export interface PodUsage {
  /** The running containers, by name. */
  readonly containers: ReadonlyMap<string, ContainerUsage>;
  /** The volumes that lie on the node's disk and are deleted with the pod, by name. */
  readonly volumes: ReadonlyMap<string, number>;
}

export interface ContainerUsage {
  /** The size of the writable layer. */
  readonly rootfs: number;
  /** The size of the logs, with the rotated ones. */
  readonly logs: number;
  readonly memory: number;
}

export interface UsageMeterOptions {
  readonly runtime: Pick<Runtime, 'stats'>;
  readonly view: Pick<RuntimeView, 'forPod'>;
  readonly diskUsage: DiskUsage;
  /** Undefined for a node without files. */
  readonly paths: Pick<AgentPaths, 'kubelet' | 'logs'> | undefined;
}

/** Measures pods, by uid. Pods without a sandbox are omitted. */
export type UsageMeter = (
  pods: readonly Pod[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, PodUsage>>;

export function createUsageMeter({ runtime, view, diskUsage, paths }: UsageMeterOptions): UsageMeter {
  const places = (pod: Pod): ReturnType<typeof placesOf> =>
    paths === undefined ? { logs: new Map(), volumes: new Map() } : placesOf(pod, paths);

  return async (pods, signal) => {
    const there = pods.flatMap((pod) => {
      const [sandbox] = view.forPod(pod.metadata.uid);
      return sandbox === undefined ? [] : [{ pod, sandbox, places: places(pod) }];
    });
    const directories = there.flatMap(({ places: { logs, volumes } }) => [
      ...logs.values(),
      ...volumes.values(),
    ]);
    const [onDisk, ...stats] = await Promise.all([
      diskUsage(directories, signal),
      ...there.map(({ sandbox }) => runtime.stats(sandbox.id)),
    ]);
    return new Map(
      there.map(({ pod, places: { logs, volumes } }, index) => [
        pod.metadata.uid,
        {
          containers: new Map(
            (stats[index] ?? []).map((entry) => [
              entry.name,
              {
                rootfs: entry.filesystemUsedBytes,
                logs: onDisk.get(logs.get(entry.name) ?? '') ?? 0,
                memory: entry.memoryWorkingSetBytes,
              },
            ]),
          ),
          volumes: new Map([...volumes].map(([name, path]) => [name, onDisk.get(path) ?? 0])),
        },
      ]),
    );
  };
}

/**
 * The directories of a pod's logs, by container, and of the volumes that count as its own storage (volume
 * `util.IsLocalEphemeralVolume`).
 */
function placesOf(
  pod: Pod,
  paths: Pick<AgentPaths, 'kubelet' | 'logs'>,
): { readonly logs: ReadonlyMap<string, string>; readonly volumes: ReadonlyMap<string, string> } {
  const { uid } = pod.metadata;
  const { containers, initContainers = [], ephemeralContainers = [], volumes = [] } = pod.spec;
  const logs = join(paths.logs, logDirectoryName(identityOf(pod)));
  const inPod = (plugin: string, name: string): string =>
    join(podDirectory(paths, uid), 'volumes', `kubernetes.io~${plugin}`, name);
  return {
    logs: new Map(
      [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => [name, join(logs, name)]),
    ),
    volumes: new Map(
      volumes.flatMap(({ name, emptyDir, configMap }): (readonly [string, string])[] => {
        if (emptyDir !== undefined && (emptyDir.medium ?? '') === '')
          return [[name, inPod('empty-dir', name)]];
        return configMap === undefined ? [] : [[name, inPod('configmap', name)]];
      }),
    ),
  };
}
