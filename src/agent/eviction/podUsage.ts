import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { identityOf, logDirectoryName } from '../pods/identity.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { DiskUsage } from './diskUsage.ts';

/** What a pod uses of its node, in bytes. */
export interface PodUsage {
  /** Its containers that run, by name. */
  readonly containers: ReadonlyMap<string, ContainerUsage>;
  /** Of its volumes those that lie on the node's disk and go with the pod, by name. */
  readonly volumes: ReadonlyMap<string, number>;
}

export interface ContainerUsage {
  /** Its writable layer. */
  readonly rootfs: number;
  /** With those that were rotated. */
  readonly logs: number;
  readonly memory: number;
}

export interface UsageMeterOptions {
  readonly runtime: Pick<Runtime, 'stats'>;
  readonly view: Pick<RuntimeView, 'forPod'>;
  readonly diskUsage: DiskUsage;
  /** Missing for a node without files. */
  readonly paths: Pick<AgentPaths, 'kubelet' | 'logs'> | undefined;
}

/** Measures pods, by uid; one that has no sandbox is left out. */
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

/** Where the pod has its logs, by container, and the volumes that count as its own storage (volume `util.IsLocalEphemeralVolume`). */
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
