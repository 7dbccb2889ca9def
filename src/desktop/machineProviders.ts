import path from 'node:path';
import { createDockerMachines, DOCKER_CAPABILITIES } from '../cluster/machines/docker/dockerMachines.ts';
import type { MachineProvider } from '../cluster/machines/contract.ts';
import { lazyMachines } from '../cluster/machines/lazyMachines.ts';
import { createSimulatedMachines } from '../cluster/machines/simulated.ts';
import { VAGRANT_CAPABILITIES } from '../cluster/machines/vagrant/capabilities.ts';
import { createVagrantMachines } from '../cluster/machines/vagrant/vagrantMachines.ts';
import { clusterPaths, clustersFolder } from '../cluster/paths.ts';
import { desktopVagrant } from './boxes.ts';
import { listNames, readText } from '../host/files.ts';
import { systemProcesses } from '../host/processes.ts';

/** All kinds of machines, in the order in which they are offered: shared by the extension and the command line. */
export function machineProviders(options: {
  /** The folder `resources` of the extension. */
  readonly resources: string;
  /** Where clusters are kept. */
  readonly home: string;
  /** Where the editor is, which brings node-pty with it; without an editor ours is used, if there is one. */
  readonly appRoot?: string;
}): readonly MachineProvider[] {
  const imageFolder = path.join(options.resources, 'node');
  return [
    // Docker's client is large, and most commands never ask it anything.
    lazyMachines({ name: 'docker', capabilities: DOCKER_CAPABILITIES }, async () => {
      const { default: Docker } = await import('dockerode');
      return createDockerMachines({
        docker: new Docker(),
        processes: systemProcesses,
        imageFiles: async () => {
          const names = await listNames(imageFolder);
          return Promise.all(
            names.map(async (name) => ({
              path: name,
              content: (await readText(path.join(imageFolder, name))) ?? '',
            })),
          );
        },
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
