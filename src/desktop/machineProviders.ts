import path from 'node:path';
import { createDockerMachines, DOCKER_CAPABILITIES } from '../cluster/machines/docker/dockerMachines.ts';
import { readBuildFiles } from '../cluster/machines/docker/nodeImage.ts';
import type { MachineProvider } from '../cluster/machines/contract.ts';
import { lazyMachines } from '../cluster/machines/lazyMachines.ts';
import { createSimulatedMachines } from '../cluster/machines/simulated.ts';
import { VAGRANT_CAPABILITIES } from '../cluster/machines/vagrant/capabilities.ts';
import { createVagrantMachines } from '../cluster/machines/vagrant/vagrantMachines.ts';
import { clusterPaths, clustersFolder } from '../cluster/paths.ts';
import { listNames } from '../host/files.ts';
import { desktopVagrant } from './boxes.ts';
import { imageMaking } from './imageMaking.ts';

/** All kinds of machines, in the order in which they are offered: shared by the extension and the command line. */
export function machineProviders(options: {
  /** The folder `resources` of the extension. */
  readonly resources: string;
  /** Where clusters are kept. */
  readonly home: string;
  /** Where the editor is, which brings node-pty with it; without an editor ours is used, if there is one. */
  readonly appRoot?: string;
  /** The Debian archive that a setting names; empty for the one that is usual here. */
  readonly debianMirror?: () => string;
  /** A mirror of Debian's images for clouds that a setting names; empty for Debian's own. */
  readonly imageMirror?: () => string;
}): readonly MachineProvider[] {
  return [
    // Docker's client is large, and most commands never ask it anything.
    lazyMachines({ name: 'docker', capabilities: DOCKER_CAPABILITIES }, async () => {
      const { default: Docker } = await import('dockerode');
      return createDockerMachines({
        docker: new Docker(),
        ...imageMaking(options.debianMirror?.()),
        imageFiles: () => readBuildFiles(path.join(options.resources, 'node')),
      });
    }),
    lazyMachines({ name: 'vagrant', capabilities: VAGRANT_CAPABILITIES }, () =>
      Promise.resolve(
        createVagrantMachines(desktopVagrant({ ...options, terminals: terminalModules(options.appRoot) })),
      ),
    ),
    createSimulatedMachines({
      folder: (cluster) => clusterPaths(path.join(clustersFolder(options.home), cluster)).machines,
      clusters: () => listNames(clustersFolder(options.home)),
    }),
  ];
}

/** node-pty is native code, which no bundle holds: the editor's own copy, packed or not, or the checkout's. */
export function terminalModules(appRoot?: string): readonly string[] {
  const folders = ['node_modules.asar.unpacked', 'node_modules.asar', 'node_modules'];
  const ofEditor =
    appRoot === undefined ? [] : folders.map((folder) => path.join(appRoot, folder, 'node-pty'));
  return [...ofEditor, 'node-pty'];
}
