import path from 'node:path';
import { makeFolder, removeAll } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { ClusterError } from '../errors.ts';
import type { DebianArchives } from '../debian/sources.ts';
import type { Progress } from '../machines/contract.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { BoxArchitecture, BoxFormat, BoxProvider } from './contract.ts';
import { diskTools, makeDisk } from './disk.ts';
import { libvirtFormat } from './formats/libvirt.ts';
import { virtualboxFormat } from './formats/virtualbox.ts';
import { readRecipe, type RecipeFolders } from './recipe.ts';
import { packBox } from './pack.ts';
import { makeRootfs, ROOTFS_TOOLS, type RootfsOptions } from './rootfs.ts';
import { openShelf, sameKind } from './shelf.ts';
import { requireLinux, requireTools } from './tools.ts';
import { boxVersion, recipeNumber, recipeOf } from './version.ts';

/** What the builder is given of the computer it runs on. */
export interface BoxHost {
  readonly processes: ProcessRunner;
  /** The extension's folders. */
  readonly folders: RecipeFolders;
  readonly platform: string;
  readonly architecture: BoxArchitecture | undefined;
  readonly root: boolean;
  /** Where Debian's packages put GRUB's parts: `/usr/lib/grub`. */
  readonly grub: string;
  /** Where Debian's packages come from. */
  readonly archives: () => Promise<DebianArchives>;
  /** Where it may work: the disk is sparse, the system's files take about a gigabyte. */
  readonly temporary: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface BoxRequest {
  readonly providers: readonly BoxProvider[];
  readonly architecture?: BoxArchitecture;
  /** Where boxes and their catalogue go. */
  readonly output: string;
  /** Bare Debian, to be made a node by provisioning: for comparison. */
  readonly stock: boolean;
  /** Also where a box of the same recipe is there. */
  readonly again: boolean;
}

export interface BuiltBox extends CatalogueEntry {
  /** `wheelhouse/node`. */
  readonly name: string;
  readonly path: string;
  /** What `vagrant box add` takes. */
  readonly catalogue: string;
  /** False where it was there already. */
  readonly built: boolean;
}

/** The formats of boxes: a file each in `formats/`. */
const FORMATS = [libvirtFormat, virtualboxFormat];

export const NODE = {
  name: 'wheelhouse/node',
  description: 'A Wheelhouse node: Debian 13 with containerd and crun',
};
const STOCK = { name: 'wheelhouse/debian', description: 'Debian 13, to be made a node by provisioning' };

/**
 * Builds the boxes that are asked for, from Debian's packages alone, on Debian or Ubuntu. One disk serves all
 * providers. A box of the same recipe that is there already is kept. What is half made is removed.
 */
export async function buildBoxes(
  host: BoxHost,
  request: BoxRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly BuiltBox[]> {
  const formats = FORMATS.map((format) => format(host.processes, signal)).filter(({ provider }) =>
    request.providers.includes(provider),
  );
  const architecture = await checked(host, request, formats);
  const recipe = await readRecipe(host.folders, request.stock);
  const { name, description } = request.stock ? STOCK : NODE;
  const shelf = await openShelf(request.output, name, description);
  const kept = shelf.entries.filter(
    ({ version }) => !request.again && recipeOf(version) === recipeNumber(recipe.files),
  );
  const isKept = ({ provider }: BoxFormat): boolean =>
    kept.some((entry) => sameKind(entry, { provider, architecture }));
  const version = boxVersion(recipe.files, host.now());
  const options = { ...host, architecture, recipe, stock: request.stock };
  const made = await build(
    options,
    formats.filter((format) => !isKept(format)),
    (provider) => path.join(request.output, shelf.fileOf({ version, provider, architecture })),
    progress,
    signal,
  );
  const entries = made.map(({ provider, checksum }) => ({
    ...{ version, provider, architecture, checksum },
    file: shelf.fileOf({ version, provider, architecture }),
  }));
  if (entries.length > 0) await shelf.put(entries);
  return formats.flatMap(({ provider }) =>
    [...entries, ...kept]
      .filter((entry) => sameKind(entry, { provider, architecture }))
      .slice(0, 1)
      .map((entry) => ({
        ...entry,
        name,
        path: path.join(request.output, entry.file),
        catalogue: shelf.catalogue,
        built: entries.includes(entry),
      })),
  );
}

/** Resolves with the architecture to build for, where it can be built here. */
async function checked(
  host: BoxHost,
  request: BoxRequest,
  formats: readonly BoxFormat[],
): Promise<BoxArchitecture> {
  requireLinux(host.platform);
  const { architecture } = host;
  if (architecture === undefined || (request.architecture ?? architecture) !== architecture) {
    throw new ClusterError(
      `a box for ${request.architecture ?? 'this processor'} cannot be built here`,
      'Build it on a computer of that architecture (amd64 or arm64).',
    );
  }
  const tools = [ROOTFS_TOOLS, diskTools(architecture, host), ...formats.map((format) => format.tools)];
  await requireTools(Object.fromEntries(tools.flatMap((each) => Object.entries(each))), (command) =>
    isThere(host.processes, command),
  );
  return architecture;
}

/** One disk, then a box of it in each format; nothing else is left behind. */
async function build(
  host: Omit<BoxHost, 'architecture'> & Omit<RootfsOptions, 'folder'>,
  formats: readonly BoxFormat[],
  target: (provider: BoxProvider) => string,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly { readonly provider: BoxProvider; readonly checksum: string }[]> {
  if (formats.length === 0) return [];
  const report = (message: string): void => progress.report({ machine: '', message });
  const folder = path.join(host.temporary, `wheelhouse-box-${process.pid}`);
  const made = [];
  try {
    await makeFolder(folder);
    report('Unpacking Debian and its packages');
    const archive = await makeRootfs({ ...host, folder }, signal);
    report('Making the disk');
    const disk = await makeDisk({ ...host, folder }, archive, signal);
    for (const format of formats) {
      const { provider } = format;
      report(`Packing the box for ${provider}`);
      await makeFolder(path.dirname(target(provider)));
      const where = { disk, folder, target: target(provider) };
      made.push({
        provider,
        checksum: await packBox(host.processes, format, host.architecture, where, signal),
      });
    }
    return made;
  } finally {
    await removeAll(folder);
  }
}

/** A command on the path, or a file by its whole path. */
async function isThere(processes: ProcessRunner, command: string): Promise<boolean> {
  return processes.run('sh', ['-c', '[ -e "$1" ] || command -v "$1"', 'sh', command]).then(
    () => true,
    () => false,
  );
}
