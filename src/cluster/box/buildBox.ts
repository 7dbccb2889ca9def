import path from 'node:path';
import { fileExists, makeFolder, removeAll } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { ClusterError } from '../errors.ts';
import type { Progress } from '../machines/contract.ts';
import { readCatalogue, sha256, writeCatalogue, type CatalogueEntry } from './catalogue.ts';
import type { BoxArchitecture, BoxFormat, BoxProvider } from './contract.ts';
import { diskTools, makeDisk } from './disk.ts';
import { libvirtFormat } from './formats/libvirt.ts';
import { virtualboxFormat } from './formats/virtualbox.ts';
import { readRecipe, type RecipeFolders } from './recipe.ts';
import { makeRootfs, ROOTFS_TOOLS } from './rootfs.ts';
import { requireTools } from './tools.ts';
import { boxVersion, recipeNumber, recipeOf } from './version.ts';

/** What the builder is given of the computer it runs on. */
export interface BoxHost {
  readonly processes: ProcessRunner;
  /** The extension's folders. */
  readonly folders: RecipeFolders;
  readonly platform: string;
  readonly architecture: BoxArchitecture | undefined;
  readonly root: boolean;
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
  const architecture = request.architecture ?? host.architecture;
  const formats = FORMATS.map((format) => format(host.processes, signal)).filter(({ provider }) =>
    request.providers.includes(provider),
  );
  await requireTools(
    Object.assign(
      {},
      ROOTFS_TOOLS,
      diskTools(architecture ?? 'amd64', host.root),
      ...formats.map(({ tools }) => tools),
    ) as Record<string, string>,
    (command) => isThere(host.processes, command),
    host.platform,
  );
  if (architecture === undefined || architecture !== host.architecture) {
    throw new ClusterError(
      `a box for ${architecture ?? 'this processor'} cannot be built here`,
      `Build it on a computer of that architecture (amd64 or arm64).`,
    );
  }
  const recipe = await readRecipe(host.folders, request.stock);
  const name = request.stock ? 'wheelhouse/debian' : 'wheelhouse/node';
  const catalogue = path.join(request.output, `${name.replace('/', '-')}.json`);
  const there = await present(catalogue);
  const current = (entry: CatalogueEntry, format: BoxFormat): boolean =>
    entry.provider === format.provider && entry.architecture === architecture;
  const kept = request.again
    ? []
    : there.filter((entry) => recipeOf(entry.version) === recipeNumber(recipe.files));
  const wanted = formats.filter((format) => !kept.some((entry) => current(entry, format)));
  const version = boxVersion(recipe.files, host.now());
  const made: CatalogueEntry[] = [];
  if (wanted.length > 0) {
    await makeFolder(request.output);
    const folder = path.join(host.temporary, `wheelhouse-box-${process.pid}`);
    const report = (message: string): void => progress.report({ machine: '', message });
    const tell = { processes: host.processes, architecture, root: host.root, recipe, stock: request.stock };
    try {
      await makeFolder(folder);
      report('Unpacking Debian and the node’s packages');
      const archive = await makeRootfs({ ...tell, folder }, signal);
      report('Making the disk');
      const disk = await makeDisk({ ...tell, folder }, archive, signal);
      for (const format of wanted) {
        report(`Packing the box for ${format.provider}`);
        const parts = path.join(folder, format.provider);
        await makeFolder(parts);
        const names = await format.write(disk, architecture, parts);
        const file = `${name.replace('/', '-')}-${version}-${format.provider}-${architecture}.box`;
        const target = path.join(request.output, file);
        const unfinished = `${target}.${process.pid}.new`;
        try {
          await host.processes.run('tar', ['-cf', unfinished, '-C', parts, ...names], { signal });
          await host.processes.run('mv', ['-f', unfinished, target], { signal });
        } finally {
          await removeAll(unfinished);
        }
        await removeAll(parts);
        made.push({ version, provider: format.provider, architecture, file, checksum: await sha256(target) });
      }
    } finally {
      await removeAll(folder);
    }
    const rest = there.filter(
      (entry) =>
        !made.some((box) => box.provider === entry.provider && box.architecture === entry.architecture),
    );
    const description = request.stock ? 'Debian 13' : 'A Wheelhouse node: Debian 13 with containerd and crun';
    await writeCatalogue(catalogue, name, description, [...rest, ...made]);
    for (const { file } of there) {
      if (![...rest, ...made].some((entry) => entry.file === file))
        await removeAll(path.join(request.output, file));
    }
  }
  return formats.flatMap((format) =>
    [...made, ...kept]
      .filter((entry) => current(entry, format))
      .slice(0, 1)
      .map((entry) => ({
        ...entry,
        name,
        path: path.join(request.output, entry.file),
        catalogue,
        built: made.includes(entry),
      })),
  );
}

/** What the catalogue names and is really there. */
async function present(catalogue: string): Promise<readonly CatalogueEntry[]> {
  const entries = await readCatalogue(catalogue);
  const there = await Promise.all(
    entries.map(({ file }) => fileExists(path.join(path.dirname(catalogue), file))),
  );
  return entries.filter((_, i) => there[i]);
}

/** A command on the path, or a file by its whole path. */
async function isThere(processes: ProcessRunner, command: string): Promise<boolean> {
  if (command.startsWith('/')) return fileExists(command);
  return processes.run('sh', ['-c', 'command -v "$1"', 'sh', command]).then(
    () => true,
    () => false,
  );
}
