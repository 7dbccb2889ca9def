import path from 'node:path';
import type { ProcessRunner } from '../../host/processes.ts';
import { makeFolder, writeWhole } from '../../host/files.ts';
import { DEBIAN_SUITE, sourceLines, type DebianArchives } from '../debian/sources.ts';
import type { BoxArchitecture } from './contract.ts';
import type { Recipe } from './recipe.ts';

/** What unpacks a Debian from its packages, as root or in a user namespace. */
export const ROOTFS_TOOLS = { mmdebstrap: 'mmdebstrap', tar: 'tar' };

/** Small, and with the disks and networks of every hypervisor: virtio, AHCI, NVMe, VMware, Hyper-V. */
const kernel = (architecture: BoxArchitecture): string => `linux-image-cloud-${architecture}`;
/** Where the builder's files are while the system is made. */
const INSIDE = '/tmp/wheelhouse';

export interface RootfsOptions {
  readonly processes: ProcessRunner;
  readonly recipe: Recipe;
  readonly architecture: BoxArchitecture;
  readonly stock: boolean;
  /** Where Debian's packages come from. */
  readonly archives: () => Promise<DebianArchives>;
  /** The builder's own, empty. */
  readonly folder: string;
}

/** Makes the system's files out of Debian's packages; resolves with their archive. */
export async function makeRootfs(options: RootfsOptions, signal: AbortSignal): Promise<string> {
  const { processes, recipe, folder } = options;
  const files = path.join(folder, path.basename(INSIDE));
  for (const { path: name, content } of recipe.files) {
    await makeFolder(path.dirname(path.join(files, name)));
    await writeWhole(path.join(files, name), content);
  }
  const sources = sourceLines(await options.archives());
  const dpkg = path.join(folder, 'dpkg.cfg');
  await writeWhole(dpkg, recipe.dpkgConfig);
  const archive = path.join(folder, 'rootfs.tar');
  // The kernel's initial disk is made once, by customize.sh, when its settings are there.
  const env = { INITRD: 'No' };
  await processes.run('mmdebstrap', mmdebstrapArgs(options, { files, sources, dpkg, archive }), {
    env,
    signal,
  });
  return archive;
}

export function mmdebstrapArgs(
  { recipe, architecture, stock }: Pick<RootfsOptions, 'recipe' | 'architecture' | 'stock'>,
  paths: {
    readonly files: string;
    /** Lines of apt's sources.list. */
    readonly sources: readonly string[];
    readonly dpkg: string;
    readonly archive: string;
  },
): readonly string[] {
  const customize = ['sh', `${INSIDE}/customize.sh`, INSIDE, ...(stock ? ['stock'] : [])].join(' ');
  return [
    '--quiet',
    '--variant=apt',
    `--architectures=${architecture}`,
    `--include=${[kernel(architecture), ...recipe.packages].join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    `--dpkgopt=${paths.dpkg}`,
    `--customize-hook=copy-in ${shellWord(paths.files)} /tmp`,
    `--customize-hook=chroot "$1" ${customize}`,
    `--customize-hook=rm -r "$1${INSIDE}"`,
    DEBIAN_SUITE,
    paths.archive,
    ...paths.sources,
  ];
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
