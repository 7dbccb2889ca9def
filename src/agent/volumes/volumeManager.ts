import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Volume } from '../../api/types.ts';
import { podDirectory } from '../paths.ts';
import type { PodVolume, VolumeOptions, VolumePlugin } from './contract.ts';
import { emptyDirPlugin } from './emptyDir.ts';
import { hostPathPlugin } from './hostPath.ts';
import { unmountBelow } from './mounts.ts';
import { projectedPlugins } from './projectedPlugins.ts';

/** The volumes of the pods on this node. */
export interface VolumeManager {
  /** All volumes of the pod; what is set up stays so when another fails. */
  setUp(pod: Pod, signal: AbortSignal): Promise<void>;
  update(pod: Pod): void;
  find(uid: string, name: string): PodVolume | undefined;
  tearDown(uid: string): Promise<void>;
  stop(): Promise<void>;
}

export function createVolumeManager(options: VolumeOptions): VolumeManager {
  const plugins: readonly VolumePlugin[] = [
    emptyDirPlugin(options),
    hostPathPlugin(),
    ...projectedPlugins(options),
  ];
  const byPod = new Map<string, Map<string, PodVolume>>();

  const setUpOne = async (
    pod: Pod,
    volume: Volume,
    own: Map<string, PodVolume>,
    signal: AbortSignal,
  ): Promise<void> => {
    if (own.has(volume.name)) return;
    const plugin = plugins.find(({ type }) => volume[type] !== undefined);
    if (plugin === undefined) {
      const type = Object.keys(volume).find((key) => key !== 'name') ?? 'none';
      throw new Error(`no volume plugin matched: volume "${volume.name}" is of type ${type}`);
    }
    try {
      own.set(volume.name, await plugin.setUp(pod, volume, signal));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${text}`, { cause: error });
    }
  };
  const close = async (uid: string): Promise<void> => {
    const own = byPod.get(uid);
    byPod.delete(uid);
    await Promise.all([...(own?.values() ?? [])].map((volume) => volume.close()));
  };

  return {
    async setUp(pod, signal) {
      const { uid } = pod.metadata;
      const own = byPod.get(uid) ?? new Map<string, PodVolume>();
      byPod.set(uid, own);
      const results = await Promise.allSettled(
        (pod.spec.volumes ?? []).map((volume) => setUpOne(pod, volume, own, signal)),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    update(pod) {
      for (const volume of byPod.get(pod.metadata.uid)?.values() ?? []) volume.update?.(pod);
    },
    find: (uid, name) => byPod.get(uid)?.get(name),
    async tearDown(uid) {
      await close(uid);
      await unmountBelow(join(podDirectory(options.paths, uid), 'volumes'));
      await rm(join(options.paths.volatile, uid), { recursive: true, force: true });
    },
    async stop() {
      await Promise.all([...byPod.keys()].map(close));
    },
  };
}
