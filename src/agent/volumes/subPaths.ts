import { mkdir, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AgentPaths, podDirectory } from '../paths.ts';
import type { UserRange } from '../runtime/contract.ts';
import { bindMount, unmountBelow } from './mounts.ts';
import { openInside, pathOf } from './openInside.ts';

/** A volume whose files cannot become those of a pod with users of its own. */
export class IdMapError extends Error {
  override readonly name = 'IdMapError';
}

/** Which mount of which container wants a part of a volume. */
export interface SubPathUser {
  readonly uid: string;
  readonly container: string;
  readonly volume: string;
  /** Its place among the container's mounts. */
  readonly index: number;
}

export interface SubPathSource {
  readonly hostPath: string;
  /** '' for the whole volume. */
  readonly subPath: string;
  readonly create: boolean;
  /** The pod's own users, where it has some. */
  readonly users: UserRange | undefined;
  /** Its files belong to users of the node: they become those of the pod. */
  readonly isOfNode: boolean;
}

/**
 * Mounts a part of a volume to a place of its own in the pod's directory, and gives that place: nobody but the node can
 * change what is there, whatever becomes of the names in the volume. Taken down with the pod's directory; a container
 * that starts again gets it again. Throws SubPathError where the part is not in the volume.
 */
export async function mountSubPath(
  paths: AgentPaths,
  user: SubPathUser,
  { hostPath, subPath, create, users, isOfNode }: SubPathSource,
): Promise<string> {
  const folder = join(podDirectory(paths, user.uid), 'volume-subpaths', user.volume, user.container);
  const place = join(folder, String(user.index));
  const handle = await openInside(hostPath, subPath, { create, owner: isOfNode ? undefined : users?.hostId });
  try {
    await unmountBelow(place);
    // The old entry may be of the other type. Never recursive: a mount that is still there stays complete.
    await unlink(place)
      .catch(() => rmdir(place))
      .catch(() => undefined);
    await mkdir(dirname(place), { recursive: true, mode: 0o750 });
    if ((await handle.stat()).isDirectory()) await mkdir(place, { recursive: true, mode: 0o750 });
    else await writeFile(place, '', { mode: 0o640 });
    await bindMount(pathOf(handle, process.pid), place, isOfNode ? users : undefined).catch(
      (error: unknown) => {
        if (!isOfNode || users === undefined) throw error;
        throw new IdMapError(
          `failed to set MOUNT_ATTR_IDMAP on ${hostPath}: invalid argument (maybe the filesystem used doesn't support idmap mounts on this kernel?)`,
          { cause: error },
        );
      },
    );
    return place;
  } finally {
    await handle.close();
  }
}
