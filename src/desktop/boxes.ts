import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../base/clock.ts';
import type { BoxArchitecture, BoxProvider } from '../cluster/box/contract.ts';
import { createBoxBuilder, type BoxBuilder } from '../cluster/box/boxes.ts';
import { debianArchives } from '../cluster/debian/sources.ts';
import { systemVagrant, type SystemVagrantOptions } from '../cluster/machines/vagrant/systemVagrant.ts';
import type { VagrantContext } from '../cluster/machines/vagrant/context.ts';
import { clusterPaths, clustersFolder } from '../cluster/paths.ts';
import { listNames } from '../host/files.ts';
import { systemProcesses } from '../host/processes.ts';
import { chosenDebianMirror } from './debianMirror.ts';

export interface DesktopBoxesOptions {
  /** The folder `resources` of the extension; `vagrant` is beside it. */
  readonly resources: string;
  /** Wheelhouse's home. */
  readonly home: string;
  /** Where node-pty may be. */
  readonly terminals: SystemVagrantOptions['terminals'];
  /** The Debian archive that a setting names; empty for the one that is usual here. */
  readonly debianMirror?: () => string;
  /** A mirror of Debian's images for clouds that a setting names; empty for Debian's own. */
  readonly imageMirror?: () => string;
}

const ARCHITECTURES = new Map<string, BoxArchitecture>([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);
const PROVIDERS: readonly BoxProvider[] = ['virtualbox', 'libvirt'];

/** This desktop's Vagrant, which builds a box by itself where it has none and can. */
export function desktopVagrant(options: DesktopBoxesOptions): VagrantContext {
  const { resources, home, terminals } = options;
  const builder = desktopBoxBuilder(options);
  return systemVagrant({
    vagrantFiles: path.join(resources, '..', 'vagrant'),
    nodeFiles: path.join(resources, 'node'),
    folderOf: (cluster) => clusterPaths(path.join(clustersFolder(home), cluster)).vagrant,
    clusters: () => listNames(clustersFolder(home)),
    boxes: boxesFolder(home),
    async build(provider, progress, signal) {
      const providers = PROVIDERS.filter((each) => each === provider);
      await builder.build({ providers, again: false, stock: false }, progress, signal);
    },
    terminals,
    ...(options.imageMirror === undefined ? {} : { imageMirror: options.imageMirror }),
  });
}

export function desktopBoxBuilder({
  resources,
  home,
  debianMirror,
}: Omit<DesktopBoxesOptions, 'terminals'>): BoxBuilder {
  return createBoxBuilder(
    {
      processes: systemProcesses,
      folders: { vagrant: path.join(resources, '..', 'vagrant'), resources },
      platform: process.platform,
      architecture: ARCHITECTURES.get(process.arch),
      root: process.getuid?.() === 0,
      grub: '/usr/lib/grub',
      archives: () => debianArchives(chosenDebianMirror(debianMirror?.() ?? '', process.env)),
      temporary: os.tmpdir(),
      now: () => systemClock.now(),
    },
    boxesFolder(home),
  );
}

function boxesFolder(home: string): string {
  return path.join(home, 'boxes');
}
