import { mkdir, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { bindMount, unmountBelow } from './mounts.ts';
import { openInside, pathOf } from './openInside.ts';

/** Which mount of which container wants a part of a volume. */
export interface SubPathUser {
  readonly uid: string;
  readonly container: string;
  readonly volume: string;
  /** Its place among the container's mounts. */
  readonly index: number;
}

/**
 * Mounts a part of a volume to a place of its own in the pod's directory, and gives that place: nobody but the node can
 * change what is there, whatever becomes of the names in the volume. Taken down with the pod's directory; a container
 * that starts again gets it again. Throws SubPathError where the part is not in the volume.
 */
export async function mountSubPath(
  paths: AgentPaths,
  user: SubPathUser,
  source: { readonly hostPath: string; readonly subPath: string; readonly create: boolean },
): Promise<string> {
  const folder = join(podDirectory(paths, user.uid), 'volume-subpaths', user.volume, user.container);
  const place = join(folder, String(user.index));
  const handle = await openInside(source.hostPath, source.subPath, { create: source.create });
  try {
    await unmountBelow(place);
    // What was there may have been of the other sort. Never recursively: what is still mounted stays whole.
    await unlink(place)
      .catch(() => rmdir(place))
      .catch(() => undefined);
    await mkdir(dirname(place), { recursive: true, mode: 0o750 });
    if ((await handle.stat()).isDirectory()) await mkdir(place, { recursive: true, mode: 0o750 });
    else await writeFile(place, '', { mode: 0o640 });
    await bindMount(pathOf(handle, process.pid), place);
    return place;
  } finally {
    await handle.close();
  }
}
