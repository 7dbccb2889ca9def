import path from 'node:path';
import { folderExists, listNames, readText } from '../../../host/files.ts';
import { readCluster } from './clusterFile.ts';
import { vagrantFolder } from './folder.ts';
import { compareVersions } from './versions.ts';

export interface InstalledBox {
  /** `0` of one that was added without. */
  readonly version: string;
  readonly architecture: string | undefined;
  readonly folder: string;
}

/** A box's versions on this computer, the oldest first: read where Vagrant keeps them, because asking it takes seconds. */
export async function installedBoxes(
  vagrantHome: string,
  name: string,
  provider: string,
): Promise<readonly InstalledBox[]> {
  const boxes = path.join(vagrantHome, 'boxes', name.replaceAll('/', '-VAGRANTSLASH-'));
  const found: InstalledBox[] = [];
  for (const version of await listNames(boxes)) {
    // Vagrant 2.4 may have a folder for the architecture between.
    for (const entry of await foldersIn(path.join(boxes, version))) {
      const architecture = entry === provider ? undefined : entry;
      const folder = path.join(
        boxes,
        version,
        ...(architecture === undefined ? [] : [architecture]),
        provider,
      );
      const text = await readText(path.join(folder, 'metadata.json'));
      if (text === undefined) continue;
      const told = (JSON.parse(text) as { architecture?: string }).architecture;
      found.push({ version, architecture: architecture ?? told, folder });
    }
  }
  return found.sort((a, b) => compareVersions(a.version, b.version));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  // A file has no names in it.
  return listNames(folder).catch(() => []);
}

/**
 * The versions of a box that machines of this user were made of, or that their clusters would make the next one of:
 * after Vagrant's own index, which knows the machines of all folders.
 */
export async function usedVersions(
  vagrantHome: string,
  name: string,
  provider: string,
): Promise<ReadonlySet<string>> {
  const text = await readText(path.join(vagrantHome, 'data', 'machine-index', 'index'));
  const { machines = {} } = JSON.parse(text ?? '{}') as MachineIndex;
  const used = new Set<string>();
  const folders = new Set<string>();
  for (const machine of Object.values(machines)) {
    const {
      local_data_path: data,
      provider: of,
      vagrantfile_path: folder,
      extra_data: { box } = {},
    } = machine;
    // Its folder was removed without it: Vagrant forgets it, too, when it is asked the next time.
    if (data === undefined || !(await folderExists(data))) continue;
    if (folder !== undefined) folders.add(folder);
    if (of === provider && box?.name === name && box.version !== undefined) used.add(box.version);
  }
  for (const folder of folders) {
    // One that cannot be read has its machines in the index all the same.
    const declared = await readCluster(vagrantFolder(folder).clusterFile).catch(() => undefined);
    if (declared?.box === name && declared.box_version !== undefined) used.add(declared.box_version);
  }
  return used;
}

/** Vagrant's own format (`lib/vagrant/machine_index.rb`). */
interface MachineIndex {
  readonly machines?: Readonly<
    Record<
      string,
      {
        readonly local_data_path?: string;
        readonly provider?: string;
        readonly vagrantfile_path?: string;
        readonly extra_data?: { readonly box?: { readonly name?: string; readonly version?: string } };
      }
    >
  >;
}
