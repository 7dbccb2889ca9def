import path from 'node:path';
import { listNames, readText, removeAll, writeWhole } from '../../host/files.ts';
import { MachineError, type Machine, type MachineProvider } from './contract.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Machines that need no machine: a file each, below `folder(cluster)`, which is all the state there is. Their nodes
 * are run by the control plane itself with the simulated runtime: for demonstrations, for scale, and for tests.
 */
export function createSimulatedMachines(options: {
  /** Where a cluster's machines are kept. */
  readonly folder: (cluster: string) => string;
  /** The clusters that may have some. */
  readonly clusters: () => Promise<readonly string[]>;
}): MachineProvider {
  const { folder, clusters } = options;
  const fileOf = (cluster: string, name: string): string => path.join(folder(cluster), `${name}.json`);

  const read = async (cluster: string, name: string): Promise<Machine | undefined> => {
    const text = await readText(fileOf(cluster, name));
    if (text === undefined) return undefined;
    const { state } = JSON.parse(text) as Pick<Machine, 'state'>;
    return { cluster, name, state, id: `${cluster}/${name}`, address: LOOPBACK };
  };
  const write = async (machine: Machine, state: Machine['state']): Promise<Machine> => {
    await writeWhole(fileOf(machine.cluster, machine.name), JSON.stringify({ state }));
    return { ...machine, state };
  };
  const existing = async (machine: Machine): Promise<Machine> => {
    const found = await read(machine.cluster, machine.name);
    if (found !== undefined) return found;
    throw new MachineError(`there is no machine ${machine.name}`, 'Create the node again.');
  };
  const listOne = async (cluster: string): Promise<readonly Machine[]> => {
    const files = (await listNames(folder(cluster))).filter((file) => file.endsWith('.json'));
    const machines = await Promise.all(files.map((file) => read(cluster, path.basename(file, '.json'))));
    return machines.filter((machine) => machine !== undefined);
  };

  return {
    name: 'simulated',
    capabilities: { pause: true, shell: false, resize: false, snapshots: false, console: false },
    preflight: () => Promise.resolve([]),
    prepare: () => Promise.resolve(),
    hostAddress: () => Promise.resolve(LOOPBACK),
    async create({ cluster, name }, progress, signal): Promise<Machine> {
      signal.throwIfAborted();
      progress.report({ machine: name, message: 'Simulated' });
      const machine = { cluster, name, id: `${cluster}/${name}`, address: LOOPBACK };
      return write({ ...machine, state: 'running' }, 'running');
    },
    async start(machine, _progress, signal): Promise<Machine> {
      signal.throwIfAborted();
      return write(await existing(machine), 'running');
    },
    async pause(machine): Promise<void> {
      await write(await existing(machine), 'paused');
    },
    async stop(machine): Promise<void> {
      await write(await existing(machine), 'stopped');
    },
    delete: ({ cluster, name }) => removeAll(fileOf(cluster, name)),
    async list(cluster): Promise<readonly Machine[]> {
      const names = cluster === undefined ? await clusters() : [cluster];
      return (await Promise.all(names.map(listOne))).flat();
    },
    cleanUp: (cluster) => removeAll(folder(cluster)),
    shell: (machine) =>
      Promise.reject(new MachineError(`machine ${machine.name} is simulated and has no shell`, '')),
    async loadImage(machine, tar, signal): Promise<void> {
      // The simulated runtime has every image: the archive is read and forgotten.
      await existing(machine);
      for await (const chunk of tar) if (chunk.length > 0) signal.throwIfAborted();
    },
  };
}
