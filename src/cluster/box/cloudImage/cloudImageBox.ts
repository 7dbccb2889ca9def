import path from 'node:path';
import { download, WrongDigestError } from '../../../host/download.ts';
import { makeFolder, removeAll, writeWhole } from '../../../host/files.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import { ClusterError } from '../../errors.ts';
import type { Progress } from '../../machines/contract.ts';
import type { BoxArchitecture } from '../contract.ts';
import { BOX_DISK, virtualboxFiles } from '../formats/virtualbox.ts';
import { CLOUD_IMAGES, cloudImages, type PinnedImage } from './release.ts';
import { seedImage } from './seed.ts';

export interface CloudImageOptions {
  readonly architecture: BoxArchitecture;
  /** Where it works and keeps what it has downloaded. */
  readonly folder: string;
  /** A mirror of Debian's cloud images; empty for Debian's own. */
  readonly mirror: string;
  /** Public keys that Vagrant logs in with. */
  readonly keys: () => Promise<readonly string[]>;
  readonly processes: ProcessRunner;
  readonly vboxManage: (args: readonly string[], signal: AbortSignal) => Promise<string>;
  readonly image?: PinnedImage;
}

/** A box of a bare Debian, and what lets Vagrant in at its first boot. */
export interface CloudImageBox {
  readonly box: string;
  readonly seed: string;
}

/** As large as the disk of boxes that are built: thin. */
const DISK_MEBIBYTES = 40 * 1024;

/**
 * Makes a box for VirtualBox out of Debian's image for clouds, with VBoxManage alone: on every desktop that has it. The
 * image is downloaded once; a download that was broken off goes on.
 */
export async function cloudImageBox(
  options: CloudImageOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<CloudImageBox> {
  const { architecture, folder, processes, vboxManage } = options;
  const image = await downloaded(options, progress, signal);
  const work = path.join(folder, 'cloud-image');
  await removeAll(work);
  await makeFolder(work);
  const [disk, packed] = [path.join(work, 'disk.vdi'), path.join(work, BOX_DISK)];
  progress.report({ machine: '', message: 'Converting the image' });
  try {
    await vboxManage(['clonemedium', 'disk', image, disk, '--format', 'VDI'], signal);
    await vboxManage(['modifymedium', 'disk', disk, '--resize', String(DISK_MEBIBYTES)], signal);
    await vboxManage(
      ['clonemedium', 'disk', disk, packed, '--format', 'VMDK', '--variant', 'Stream'],
      signal,
    );
  } finally {
    // VirtualBox keeps a list of all disks that it has seen.
    const never = new AbortController().signal;
    const forget = (file: string, ...more: string[]): Promise<string> =>
      vboxManage(['closemedium', 'disk', file, ...more], never).catch(() => '');
    await forget(packed);
    await forget(disk, '--delete');
    await forget(image);
  }
  const names = await virtualboxFiles(work, architecture, DISK_MEBIBYTES * 2 ** 20);
  const box = path.join(folder, 'debian-cloud.box');
  await processes.run('tar', ['-cf', box, '-C', work, ...names], { signal });
  await removeAll(work);
  const seed = path.join(folder, 'seed.iso');
  await writeWhole(seed, seedImage(await options.keys()));
  return { box, seed };
}

async function downloaded(
  { architecture, folder, mirror, image = cloudImages[architecture] }: CloudImageOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const url = `${(mirror === '' ? CLOUD_IMAGES : mirror).replace(/\/+$/, '')}/${image.path}`;
  const target = path.join(folder, 'images', path.posix.basename(image.path));
  const message = 'Downloading Debian’s image for clouds';
  progress.report({ machine: '', message, fraction: 0 });
  const onProgress = (fraction: number): void => progress.report({ machine: '', message, fraction });
  try {
    await download(url, target, { sha512: image.sha512, signal, onProgress });
    return target;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new ClusterError(
      `Debian’s image could not be downloaded: ${why}`,
      error instanceof WrongDigestError
        ? 'Somebody on the way has changed it, or the mirror is broken: try again, or use another mirror.'
        : `Try again: what has come is kept. Or name a mirror (setting wheelhouse.vagrant.imageMirror), or put the file at ${target} by hand.`,
      error,
    );
  }
}
