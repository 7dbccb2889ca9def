import path from 'node:path';
import { readWhole, writeInto } from '../../host/diskImage.ts';
import { writeWhole } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import type { BoxArchitecture, Disk, Tools } from './contract.ts';

export const MEBIBYTE = 1024 * 1024;

/** How a disk of one architecture is divided and started. */
export interface Layout {
  /** `grub`: where GRUB's parts are. */
  tools(grub: string): Tools;
  readonly label: 'dos' | 'gpt';
  /** Partitions of the boot loader before the root's, in MiB, by sfdisk's type names. */
  readonly before: readonly { readonly mebibytes: number; readonly type: string }[];
  /** The root file system, in bytes from the disk's beginning and to its end. */
  readonly root: { readonly start: number; readonly tail: number };
  installBootLoader(target: {
    readonly processes: ProcessRunner;
    readonly disk: Disk;
    readonly grub: string;
    readonly folder: string;
    readonly signal: AbortSignal;
  }): Promise<void>;
}

const SECTOR = 512;
const FIRST = MEBIBYTE;
const ESP = { start: FIRST, mebibytes: 64 };
const MKFS_VFAT = '/usr/sbin/mkfs.vfat';
const GRUB_MODULES = ['ext2', 'normal', 'linux'];

export const layouts: Readonly<Record<BoxArchitecture, Layout>> = {
  // BIOS, which every hypervisor starts with: GRUB in the gap between the boot sector and the first partition.
  amd64: {
    tools: (grub) => ({ [bootImage(grub)]: 'grub-pc-bin' }),
    label: 'dos',
    before: [],
    root: { start: FIRST, tail: 0 },
    async installBootLoader({ processes, disk, grub, folder, signal }) {
      const core = path.join(folder, 'core.img');
      const modules = ['biosdisk', 'part_msdos', ...GRUB_MODULES];
      const prefix = '(hd0,msdos1)/boot/grub';
      const args = ['-O', 'i386-pc', '-p', prefix, '-o', core, ...modules];
      await processes.run('grub-mkimage', args, { signal });
      const boot = await readWhole(bootImage(grub));
      await writeInto(disk.path, biosBoot(boot, await readWhole(core)));
    },
  },
  // UEFI, which arm64 has only: GRUB as the loader of last resort in an EFI system partition.
  arm64: {
    tools: (grub) => ({
      [`${grub}/arm64-efi/moddep.lst`]: 'grub-efi-arm64-bin',
      [MKFS_VFAT]: 'dosfstools',
      mcopy: 'mtools',
    }),
    label: 'gpt',
    before: [{ mebibytes: ESP.mebibytes, type: 'uefi' }],
    // The second copy of the partition table is at the end.
    root: { start: ESP.start + ESP.mebibytes * MEBIBYTE, tail: MEBIBYTE },
    async installBootLoader({ processes, disk, folder, signal }) {
      const find = path.join(folder, 'find-root.cfg');
      await writeWhole(find, 'search.fs_label root root\nset prefix=($root)/boot/grub\n');
      const loader = path.join(folder, 'BOOTAA64.EFI');
      const modules = ['part_gpt', 'fat', 'search_label', ...GRUB_MODULES];
      await processes.run(
        'grub-mkimage',
        ['-O', 'arm64-efi', '-p', '/boot/grub', '-c', find, '-o', loader, ...modules],
        { signal },
      );
      const offset = String(ESP.start / SECTOR);
      const size = String(ESP.mebibytes * 1024);
      await processes.run(MKFS_VFAT, ['-F', '32', `--offset=${offset}`, disk.path, size], { signal });
      const image = `${disk.path}@@${ESP.start}`;
      await processes.run('mmd', ['-i', image, '::EFI', '::EFI/BOOT'], { signal });
      await processes.run('mcopy', ['-i', image, loader, '::EFI/BOOT/BOOTAA64.EFI'], { signal });
    },
  },
};

/** What sfdisk(8) reads: the partitions of the boot loader, and the root's up to its tail. */
export function sfdiskScript({ label, before, root }: Layout, diskBytes: number): string {
  const size = (diskBytes - root.start - root.tail) / MEBIBYTE;
  return [
    `label: ${label}`,
    ...before.map(
      ({ mebibytes, type }, i) =>
        `${i === 0 ? `start=${FIRST / SECTOR}, ` : ''}size=${mebibytes}MiB, type=${type}`,
    ),
    `start=${root.start / SECTOR}, size=${size}MiB, type=linux${label === 'dos' ? ', bootable' : ''}`,
    '',
  ].join('\n');
}

/**
 * GRUB's first stage into the boot sector's first 440 bytes, where the partition table leaves room, and its core right
 * behind: that is where the first stage looks for it unless told otherwise.
 */
export function biosBoot(
  boot: Uint8Array,
  core: Uint8Array,
): readonly { readonly offset: number; readonly content: Uint8Array }[] {
  if (core.length > FIRST - SECTOR) throw new Error(`GRUB's core has ${core.length} bytes: it does not fit`);
  return [
    { offset: 0, content: boot.subarray(0, 440) },
    { offset: SECTOR, content: core },
  ];
}

function bootImage(grub: string): string {
  return `${grub}/i386-pc/boot.img`;
}
