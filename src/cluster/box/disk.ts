import path from 'node:path';
import { createSparse } from '../../host/diskImage.ts';
import { makeFolder } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import type { BoxArchitecture, Disk, Tools } from './contract.ts';
import { layouts, MEBIBYTE, sfdiskScript } from './layout.ts';

/** Thin: a box holds what is on it. Nodes with larger disks grow their file system as they boot. */
const DISK_BYTES = 40 * 1024 * MEBIBYTE;

// Not on every user's path.
const SFDISK = '/usr/sbin/sfdisk';
const MKE2FS = '/usr/sbin/mke2fs';

export function diskTools(
  architecture: BoxArchitecture,
  { root, grub }: Pick<DiskOptions, 'root' | 'grub'>,
): Tools {
  return {
    [SFDISK]: 'fdisk',
    [MKE2FS]: 'e2fsprogs',
    'grub-mkimage': 'grub-common',
    // What a user unpacks must belong to root on the disk.
    ...(root ? {} : { fakeroot: 'fakeroot' }),
    ...layouts[architecture].tools(grub),
  };
}

export interface DiskOptions {
  readonly processes: ProcessRunner;
  readonly architecture: BoxArchitecture;
  /** Whether this process is root. */
  readonly root: boolean;
  /** Where GRUB's parts are. */
  readonly grub: string;
  readonly folder: string;
}

/** Makes a disk that boots: partitions, boot loader, and the system's files; no device and no mount is needed. */
export async function makeDisk(
  { processes, architecture, root, grub, folder }: DiskOptions,
  archive: string,
  signal: AbortSignal,
): Promise<Disk> {
  const layout = layouts[architecture];
  const disk = { path: path.join(folder, 'disk.img'), bytes: DISK_BYTES };
  await createSparse(disk.path, disk.bytes);
  await processes.run(SFDISK, ['--quiet', disk.path], {
    input: sfdiskScript(layout, disk.bytes),
    signal,
  });
  const files = path.join(folder, 'rootfs');
  await makeFolder(files);
  const script = 'files=$1 archive=$2; shift 2; tar -xpf "$archive" -C "$files" --numeric-owner && exec "$@"';
  const fill = ['sh', '-c', script, 'fill', files, archive, MKE2FS, ...mke2fsArgs(disk, files, layout.root)];
  const [command = '', ...args] = root ? fill : ['fakeroot', ...fill];
  await processes.run(command, args, { signal });
  await layout.installBootLoader({ processes, disk, grub, folder, signal });
  return disk;
}

/** `start`, in bytes: where the file system begins; it goes on to the end of its partition. */
export function mke2fsArgs(
  disk: Disk,
  files: string,
  { start, tail }: { readonly start: number; readonly tail: number },
): readonly string[] {
  return [
    '-q',
    ...['-t', 'ext4', '-L', 'root'],
    // GRUB of Debian 12 knows neither.
    ...['-O', '^metadata_csum_seed,^orphan_file'],
    // Tables that are never written stay out of every thin disk that is made of this one.
    ...['-i', '65536', '-J', 'size=64'],
    ...['-E', `offset=${start},lazy_itable_init=1,root_owner=0:0`],
    ...['-d', files, disk.path, `${(disk.bytes - start - tail) / 1024}k`],
  ];
}
