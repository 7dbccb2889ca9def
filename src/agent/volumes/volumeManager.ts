import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Volume } from '../../api/types.ts';
import { podDirectory } from '../paths.ts';
import {
  type PodVolume,
  UnprocessedVolumeError,
  VolumeError,
  type VolumeOptions,
  type VolumePlugin,
} from './contract.ts';
import { emptyDirPlugin } from './emptyDir.ts';
import { hostPathPlugin } from './hostPath.ts';
import { imagePlugin, unmountImages } from './image.ts';
import { unmountBelow } from './mounts.ts';
import { persistentVolumePlugins } from './persistentVolumes.ts';
import { projectedPlugins } from './projectedPlugins.ts';

/** The volumes of the pods on this node. */
export interface VolumeManager {
  /** All volumes of the pod; what is set up stays so when another fails. */
  setUp(pod: Pod, signal: AbortSignal): Promise<void>;
  update(pod: Pod): void;
  find(uid: string, name: string): PodVolume | undefined;
  /** Those of the pod that are set up, by name. */
  readonly of: (uid: string) => ReadonlyMap<string, PodVolume>;
  tearDown(uid: string): Promise<void>;
  stop(): Promise<void>;
}

export function createVolumeManager(options: VolumeOptions): VolumeManager {
  const plugins: readonly VolumePlugin[] = [
    emptyDirPlugin(options),
    hostPathPlugin(),
    ...projectedPlugins(options),
    ...persistentVolumePlugins(options),
    imagePlugin(options),
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
      if (error instanceof VolumeError) throw error;
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
      const failed: Failure[] = [];
      await Promise.all(
        (pod.spec.volumes ?? []).map((volume) =>
          setUpOne(pod, volume, own, signal).catch((error: unknown) =>
            failed.push({ volume: volume.name, error }),
          ),
        ),
      );
      const [first] = failed;
      if (first !== undefined) throw unprocessed(failed) ?? first.error;
    },
    update(pod) {
      for (const volume of byPod.get(pod.metadata.uid)?.values() ?? []) volume.update?.(pod);
    },
    of: (uid) => byPod.get(uid) ?? new Map(),
    find: (uid, name) => byPod.get(uid)?.get(name),
    async tearDown(uid) {
      await close(uid);
      await unmountImages(options, uid);
      await unmountBelow(join(podDirectory(options.paths, uid), 'volumes'));
      options.localVolumes.release(uid);
      await rm(join(options.paths.volatile, uid), { recursive: true, force: true });
    },
    async stop() {
      await Promise.all([...byPod.keys()].map(close));
    },
  };
}

interface Failure {
  readonly volume: string;
  readonly error: unknown;
}

/** All that is not known yet in one text, as kubelet's volume manager has it (`volume_manager.go`, `WaitForAttachAndMount`). */
function unprocessed(failed: readonly Failure[]): Error | undefined {
  const unknown = failed.filter(({ error }) => error instanceof UnprocessedVolumeError);
  if (unknown.length === 0) return undefined;
  const namesOf = (list: readonly Failure[]): string => list.map(({ volume }) => volume).join(' ');
  const texts = unknown.map(({ error }) => (error as Error).message).join('; ');
  return new VolumeError(
    `Unable to attach or mount volumes: unmounted volumes=[${namesOf(failed)}], unattached volumes=[], failed to process volumes=[${namesOf(unknown)}]: ${texts}`,
  );
}
