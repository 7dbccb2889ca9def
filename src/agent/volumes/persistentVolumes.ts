import { stat } from 'node:fs/promises';
import { matchesNodeSelector } from '../../api/nodeSelector.ts';
import type { PersistentVolume, Pod } from '../../api/types.ts';
import { resolveClaim, usesOf } from './claims.ts';
import {
  NOTHING_TO_CLOSE,
  type PodVolume,
  VolumeError,
  type VolumeOptions,
  type VolumePlugin,
} from './contract.ts';
import { applyFsGroup } from './fsGroup.ts';
import { ensureHostPath } from './hostPath.ts';

/** PersistentVolumes by their claims, and by those that were made for ephemeral volumes. */
export function persistentVolumePlugins(options: VolumeOptions): readonly VolumePlugin[] {
  const setUp: VolumePlugin['setUp'] = async (pod, volume, signal) => {
    const uses = usesOf(pod, volume.name);
    // A claim that no container uses holds nobody up, as upstream.
    if (!uses.mounted && !uses.mapped) return { hostPath: '', isReadOnly: true, close: NOTHING_TO_CLOSE };
    const found = await resolveClaim(options.client, pod, volume, signal);
    const { claim, volume: persistent, readOnly } = found;
    checkAffinity(persistent, options);
    if ((persistent.spec.volumeMode ?? 'Filesystem') === 'Block') return device(persistent, readOnly);
    return { ...(await mount(options, pod, persistent, readOnly)), claim };
  };
  return [
    { type: 'persistentVolumeClaim', setUp },
    { type: 'ephemeral', setUp },
  ];
}

function checkAffinity({ metadata, spec }: PersistentVolume, { node }: VolumeOptions): void {
  const required = spec.nodeAffinity?.required;
  const own = node();
  if (required === undefined || own === undefined || matchesNodeSelector(required, own)) return;
  throw new VolumeError(
    `MountVolume.NodeAffinity check failed for volume "${metadata.name}" : no matching NodeSelectorTerms`,
  );
}

async function mount(
  { localVolumes }: VolumeOptions,
  pod: Pod,
  volume: PersistentVolume,
  isReadOnly: boolean,
): Promise<PodVolume> {
  const { name } = volume.metadata;
  const { local, hostPath } = volume.spec;
  const found = { isReadOnly, isOfNode: true, close: NOTHING_TO_CLOSE };
  if (hostPath !== undefined) {
    await ensureHostPath(hostPath).catch((error: unknown) => {
      throw new VolumeError(`MountVolume.SetUp failed for volume "${name}" : ${textOf(error)}`);
    });
    return { ...found, hostPath: hostPath.path };
  }
  if (local === undefined) throw noPlugin(volume);
  await localVolumes.use(pod.metadata.uid, volume);
  const there = await stat(local.path).catch(() => undefined);
  const wrong =
    there === undefined
      ? `path "${local.path}" does not exist`
      : there.isDirectory()
        ? undefined
        : // Upstream makes a file system on a device; here a volume of files is a directory.
          'only directory and block device are supported';
  if (wrong !== undefined)
    throw new VolumeError(`MountVolume.NewMounter initialization failed for volume "${name}" : ${wrong}`);
  const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
  if (fsGroup !== undefined && !isReadOnly) {
    await applyFsGroup(local.path, fsGroup, fsGroupChangePolicy ?? 'Always').catch((error: unknown) => {
      const text = `applyFSGroup failed for vol ${name}: ${textOf(error)}`;
      throw new VolumeError(`MountVolume.SetUp failed for volume "${name}" : ${text}`);
    });
  }
  return { ...found, hostPath: local.path };
}

async function device(volume: PersistentVolume, isReadOnly: boolean): Promise<PodVolume> {
  const { local } = volume.spec;
  if (local === undefined) throw noPlugin(volume);
  const there = await stat(local.path).catch(() => undefined);
  if (there?.isBlockDevice() !== true) {
    const why = there === undefined ? 'does not exist' : 'is not a block device';
    throw new VolumeError(
      `MapVolume.MapPodDevice failed for volume "${volume.metadata.name}" : path "${local.path}" ${why}`,
    );
  }
  return { hostPath: local.path, isReadOnly, close: NOTHING_TO_CLOSE };
}

/** A volume that some other driver would have to mount. */
function noPlugin({ metadata }: PersistentVolume): VolumeError {
  return new VolumeError(
    `MountVolume.NewMounter initialization failed for volume "${metadata.name}" : no volume plugin matched`,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
