import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../base/clock.ts';
import { listNames, readText } from '../../../host/files.ts';
import { systemProcesses, type ProcessRunner } from '../../../host/processes.ts';
import { terminalRunner } from '../../../host/terminalProcess.ts';
import { cloudImageBox } from '../../box/cloudImage/cloudImageBox.ts';
import type { BoxArchitecture } from '../../box/contract.ts';
import type { Progress } from '../contract.ts';
import { BootGate } from './bootGate.ts';
import { Boxes, type BoxesOptions } from './boxes.ts';
import { findReadable, type VagrantContext } from './context.ts';
import { FirstGoesAlone } from './firstGoesAlone.ts';
import { systemFacts } from './hostFacts.ts';
import { createLibvirt } from './hypervisors/libvirt.ts';
import { createOther, type OtherCluster } from './hypervisors/others.ts';
import { createVirtualBox, vboxRunner } from './hypervisors/virtualbox.ts';
import { Turns } from './turns.ts';
import { VagrantCommand } from './vagrantCommand.ts';

export interface SystemVagrantOptions {
  /** The extension's folders `vagrant` and `resources/node`. */
  readonly vagrantFiles: string;
  readonly nodeFiles: string;
  /** A cluster's Vagrant folder. */
  readonly folderOf: (cluster: string) => string;
  readonly clusters: () => Promise<readonly string[]>;
  /** Where boxes are that were built here. */
  readonly boxes: string;
  /** Puts a box for a provider there; rejects where this computer cannot. */
  readonly build?: (provider: string, progress: Progress, signal: AbortSignal) => Promise<void>;
  /** A mirror of Debian's images for clouds; empty for Debian's own. */
  readonly imageMirror?: () => string;
  /** Where node-pty may be: names or folders. */
  readonly terminals: readonly string[];
}

/** This computer's Vagrant with its hypervisors. */
export function systemVagrant(options: SystemVagrantOptions): VagrantContext {
  const { folderOf, clusters } = options;
  const { env, platform } = process;
  const processes = systemProcesses;
  const facts = systemFacts(processes);
  const terminals = terminalRunner(options.terminals);
  const vagrant = new VagrantCommand({ terminals, clock: systemClock, platform });
  const vagrantHome = env['VAGRANT_HOME'] ?? path.join(os.homedir(), '.vagrant.d');
  const preferredProvider = env['VAGRANT_DEFAULT_PROVIDER'];
  const read = async (file: string): Promise<string> => {
    const text = await readText(file);
    if (text === undefined) throw new Error(`${file} is missing`);
    return text;
  };
  const others = (provider: string): (() => Promise<readonly OtherCluster[]>) => {
    return async () => {
      const found = await Promise.all((await clusters()).map((name) => findReadable(context, name)));
      return found.flatMap((entry) =>
        entry?.declared.provider === provider
          ? [{ cluster: entry.declared.cluster, folder: entry.folder.folder }]
          : [],
      );
    };
  };
  const hypervisors = [
    createVirtualBox({ processes, platform, env }),
    createLibvirt(processes),
    ...['vmware_desktop', 'parallels', 'hyperv'].map((name) => createOther(name, processes, others(name))),
  ];
  const context: VagrantContext = {
    folderOf,
    clusters,
    hypervisors,
    vagrant,
    boxes: new Boxes({
      vagrant,
      vagrantHome,
      folder: options.boxes,
      architecture: facts.architecture,
      ...(options.build === undefined ? {} : { build: options.build }),
      provisioning: () => provisioningFiles(options, read),
      ...(facts.architecture === 'other'
        ? {}
        : { cloudImage: cloudImages({ ...options, processes, read, architecture: facts.architecture }) }),
      hypervisors,
    }),
    terminals,
    processes,
    facts,
    clock: systemClock,
    vagrantfile: () => read(path.join(options.vagrantFiles, 'Vagrantfile')),
    vagrantHome,
    ...(preferredProvider === undefined ? {} : { preferredProvider }),
    bootGate: new BootGate(facts.cpus, () => facts.availableBytes()),
    firstGoesAlone: new FirstGoesAlone(),
    turns: new Turns(),
  };
  return context;
}

function cloudImages({
  boxes,
  vagrantFiles,
  imageMirror,
  processes,
  read,
  architecture,
}: SystemVagrantOptions & {
  readonly processes: ProcessRunner;
  readonly read: (file: string) => Promise<string>;
  readonly architecture: BoxArchitecture;
}): NonNullable<BoxesOptions['cloudImage']> {
  const { platform, env } = process;
  const vboxManage = vboxRunner({ processes, platform, env });
  return (progress, signal) =>
    cloudImageBox(
      {
        architecture,
        folder: boxes,
        mirror: (imageMirror?.() ?? '').trim() || (env['WHEELHOUSE_IMAGE_MIRROR'] ?? '').trim(),
        keys: async () => [await read(path.join(vagrantFiles, 'box', 'vagrant.pub'))],
        processes,
        vboxManage,
      },
      progress,
      signal,
    );
}

/** What makes a stock Debian a node, as `vagrant/stock/Vagrantfile` wants it. */
async function provisioningFiles(
  { vagrantFiles, nodeFiles }: SystemVagrantOptions,
  read: (file: string) => Promise<string>,
): Promise<readonly { readonly path: string; readonly content: string }[]> {
  const files = [
    { path: 'Vagrantfile', from: path.join(vagrantFiles, 'stock', 'Vagrantfile') },
    { path: 'provision/seal.sh', from: path.join(vagrantFiles, 'stock', 'seal.sh') },
    { path: 'provision/cloud.sh', from: path.join(vagrantFiles, 'stock', 'cloud.sh') },
    { path: 'provision/eth0.network', from: path.join(vagrantFiles, 'box', 'eth0.network') },
    { path: 'provision/provision.sh', from: path.join(vagrantFiles, 'provision.sh') },
  ];
  for (const folder of [path.join(vagrantFiles, 'node'), nodeFiles]) {
    for (const name of await listNames(folder)) {
      files.push({ path: `provision/node/${name}`, from: path.join(folder, name) });
    }
  }
  return Promise.all(files.map(async ({ path: name, from }) => ({ path: name, content: await read(from) })));
}
