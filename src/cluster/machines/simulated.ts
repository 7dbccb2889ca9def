import path from 'node:path';
import { ownProperty } from '../../base/ownProperty.ts';
import { followFile } from '../../host/followFile.ts';
import { appendText, listNames, readText, removeAll, writeWhole } from '../../host/files.ts';
import { MachineError, type Machine, type MachineProvider, type MachineSize } from './contract.ts';

const LOOPBACK = '127.0.0.1';
/** How much of a console's past is shown. */
const CONSOLE_TAIL = 64 * 1024;

export interface SimulatedMachinesOptions {
  /** Where a cluster's machines are kept. */
  readonly folder: (cluster: string) => string;
  /** The clusters that may have some. */
  readonly clusters: () => Promise<readonly string[]>;
  /** Asked before each verb does anything; what it gives is what the verb fails with. For tests of what goes wrong. */
  readonly fault?: (verb: SimulatedVerb, machine: string) => Error | undefined;
}

export type SimulatedVerb =
  | 'create'
  | 'start'
  | 'stop'
  | 'pause'
  | 'delete'
  | 'resize'
  | 'save snapshot'
  | 'restore snapshot'
  | 'delete snapshot';

/** All that a simulated machine is: the file `NAME.json`, which the control plane follows. */
export interface MachineFile extends MachineSize {
  readonly state: Machine['state'];
  /** The sizes that it had, by snapshot. */
  readonly snapshots?: Readonly<Record<string, MachineSize>>;
}

/**
 * Machines that need no machine: a file each, below `folder(cluster)`, which is all the state there is. Their nodes
 * are run by the control plane itself with the simulated runtime: for demonstrations, for scale, and for tests. A
 * snapshot keeps a machine's size and that it runs; what its pods had in memory is lost, as after a start.
 */
export function createSimulatedMachines(options: SimulatedMachinesOptions): MachineProvider {
  const { folder, clusters, fault } = options;
  type At = Pick<Machine, 'cluster' | 'name'>;
  const fileOf = ({ cluster, name }: At): string => path.join(folder(cluster), `${name}.json`);
  const consoleOf = ({ cluster, name }: At): string => path.join(folder(cluster), `${name}.console`);

  const read = async (at: At): Promise<MachineFile | undefined> => {
    const text = await readText(fileOf(at));
    return text === undefined ? undefined : (JSON.parse(text) as MachineFile);
  };
  const existing = async (at: At): Promise<MachineFile> => {
    const found = await read(at);
    if (found !== undefined) return found;
    throw new MachineError(`there is no machine ${at.name}`, 'Create the node again.');
  };
  const machineOf = ({ cluster, name }: At, { state }: MachineFile): Machine => ({
    cluster,
    name,
    state,
    id: `${cluster}/${name}`,
    address: LOOPBACK,
  });
  const write = async (at: At, file: MachineFile, said: string): Promise<Machine> => {
    await writeWhole(fileOf(at), JSON.stringify(file));
    await appendText(consoleOf(at), `${at.name}: ${said}\n`);
    return machineOf(at, file);
  };
  /** `verb` in any case fails as the options ask for, or where its signal aborts. */
  const begin = (verb: SimulatedVerb, at: At, signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    const failure = fault?.(verb, at.name);
    if (failure !== undefined) throw failure;
  };
  const listOne = async (cluster: string): Promise<readonly Machine[]> => {
    const files = (await listNames(folder(cluster))).filter((file) => file.endsWith('.json'));
    const machines = await Promise.all(
      files.map(async (file) => {
        const at = { cluster, name: path.basename(file, '.json') };
        const found = await read(at);
        return found === undefined ? [] : [machineOf(at, found)];
      }),
    );
    return machines.flat();
  };

  return {
    name: 'simulated',
    capabilities: { pause: true, shell: false, resize: true, snapshots: true, console: true },
    preflight: () => Promise.resolve([]),
    prepare: () => Promise.resolve(),
    hostAddress: () => Promise.resolve({ address: LOOPBACK, loopback: true }),
    async create(spec, progress, signal): Promise<Machine> {
      begin('create', spec, signal);
      progress.report({ machine: spec.name, message: 'Simulated' });
      return write(spec, { ...sizeOf(spec), ...(await read(spec)), state: 'running' }, 'runs');
    },
    async start(machine, _progress, signal): Promise<Machine> {
      begin('start', machine, signal);
      return write(machine, { ...(await existing(machine)), state: 'running' }, 'runs');
    },
    async pause(machine, signal): Promise<void> {
      begin('pause', machine, signal);
      await write(machine, { ...(await existing(machine)), state: 'paused' }, 'is paused');
    },
    async stop(machine, signal): Promise<void> {
      begin('stop', machine, signal);
      await write(machine, { ...(await existing(machine)), state: 'stopped' }, 'is stopped');
    },
    async delete(machine, signal): Promise<void> {
      begin('delete', machine, signal);
      await removeAll(fileOf(machine));
      await removeAll(consoleOf(machine));
    },
    async list(cluster): Promise<readonly Machine[]> {
      const names = cluster === undefined ? await clusters() : [cluster];
      return (await Promise.all(names.map(listOne))).flat();
    },
    cleanUp: (cluster) => removeAll(folder(cluster)),
    shell: (machine) =>
      Promise.reject(new MachineError(`machine ${machine.name} is simulated and has no shell`, '')),
    run: (machine) =>
      Promise.reject(new MachineError(`machine ${machine.name} is simulated and runs no commands`, '')),
    async loadImage(machine, tar, signal): Promise<void> {
      // The simulated runtime has every image: the archive is read and forgotten.
      await existing(machine);
      for await (const chunk of tar) if (chunk.length > 0) signal.throwIfAborted();
    },
    async resize(machine, size, signal): Promise<void> {
      begin('resize', machine, signal);
      await write(machine, { ...(await existing(machine)), ...sizeOf(size) }, 'has another size');
    },
    snapshots: {
      async save(machine, name, signal): Promise<void> {
        begin('save snapshot', machine, signal);
        const file = await existing(machine);
        const snapshots = { ...file.snapshots, [name]: sizeOf(file) };
        await write(machine, { ...file, snapshots }, `is kept as ${name}`);
      },
      async restore(machine, name, signal): Promise<Machine> {
        begin('restore snapshot', machine, signal);
        const { snapshots = {} } = await existing(machine);
        const size = ownProperty(snapshots, name);
        if (size === undefined) {
          throw new MachineError(`machine ${machine.name} has no snapshot ${name}`, 'Choose another one.');
        }
        return write(machine, { ...size, snapshots, state: 'running' }, `is as in ${name}`);
      },
      list: async (machine) => Object.keys((await existing(machine)).snapshots ?? {}),
      async delete(machine, name, signal): Promise<void> {
        begin('delete snapshot', machine, signal);
        const file = await existing(machine);
        const snapshots = Object.fromEntries(
          Object.entries(file.snapshots ?? {}).filter(([other]) => other !== name),
        );
        await write(machine, { ...file, snapshots }, `forgets ${name}`);
      },
    },
    async *console(machine, signal): AsyncGenerator<string> {
      await existing(machine);
      yield* followFile(consoleOf(machine), CONSOLE_TAIL, signal);
    },
  };
}

function sizeOf({ cpus, memoryBytes }: MachineSize): MachineSize {
  return { ...(cpus === undefined ? {} : { cpus }), ...(memoryBytes === undefined ? {} : { memoryBytes }) };
}
