import { followFile } from '../../../host/followFile.ts';
import {
  MachineError,
  type Machine,
  type MachineProvider,
  type MachineSnapshots,
  type Progress,
} from '../contract.ts';
import { VAGRANT_CAPABILITIES } from './capabilities.ts';
import { checkHost } from './checks.ts';
import { edit, requireDeclared, type VagrantContext } from './context.ts';
import { bringUp, createMachine, discardVirtualMachine, takeAway } from './creation.ts';
import { findMachine, listMachines } from './machineList.ts';
import { cleanUpCluster, prepareCluster } from './prepare.ts';
import { createSnapshots } from './snapshots.ts';
import { openSshShell, sshExecute, type SshTarget } from './ssh.ts';
import { hostAddressOf, parseSubnet } from './subnets.ts';
import { machineError } from './vagrantError.ts';
import { vagrantVerb } from './vagrantVerb.ts';

const IMPORT = 'sudo ctr --namespace k8s.io images import -';
/** Of the console, that is shown at first. */
const CONSOLE_TAIL = 16 * 1024;
const MIB = 2 ** 20;

/** Machines as VMs that Vagrant brings up: the tool makes and changes them, the hypervisor tells how they are. */
export function createVagrantMachines(
  context: VagrantContext,
): MachineProvider & { readonly snapshots: MachineSnapshots } {
  const current = async (machine: Machine): Promise<Machine> => {
    const found = await findMachine(context, machine);
    if (found !== undefined) return found;
    throw new MachineError(`there is no machine ${machine.name}`, 'Create the node again.');
  };
  const reachable = async (machine: Machine): Promise<SshTarget> => {
    const { folder } = await requireDeclared(context, machine.cluster);
    const { name, state, address } = await current(machine);
    if (state !== 'running') throw new MachineError(`machine ${name} does not run`, 'Start it first.');
    if (address === undefined) {
      throw new MachineError(
        `the address of machine ${name} is not known`,
        `Use cd ${folder.folder} && vagrant ssh ${name}.`,
      );
    }
    return { address, name, folder, node: folder.node(name) };
  };

  return {
    name: 'vagrant',
    capabilities: VAGRANT_CAPABILITIES,

    preflight: (signal, plan) => attempt('the checks failed', () => checkHost(context, signal, plan), signal),

    prepare: (cluster, progress, signal, settings) =>
      attempt(
        'the machines could not be prepared',
        () => prepareCluster(context, cluster, progress, signal, settings),
        signal,
      ),

    async hostAddress(cluster): Promise<string> {
      const { declared, folder } = await requireDeclared(context, cluster);
      const subnet = parseSubnet(declared.network);
      if (subnet !== undefined) return hostAddressOf(subnet);
      throw new MachineError(`${folder.clusterFile}: network is no range`, 'Use one like 192.168.56.0/24.');
    },

    create: (spec, progress, signal) =>
      attempt(
        `machine ${spec.name} could not be created`,
        async () => {
          signal.throwIfAborted();
          const there = await findMachine(context, spec);
          if (there === undefined || there.state === 'failed')
            return createMachine(context, spec, progress, signal);
          if (there.state !== 'running') await wake(there, progress, signal);
          return current(there);
        },
        signal,
      ),

    start: (machine, progress, signal) =>
      attempt(
        `machine ${machine.name} could not be started`,
        async () => {
          signal.throwIfAborted();
          const there = await current(machine);
          if (there.state !== 'running') await wake(there, progress, signal);
          return current(there);
        },
        signal,
      ),

    stop: (machine, signal) =>
      attempt(
        `machine ${machine.name} could not be stopped`,
        async () => {
          const there = await current(machine);
          if (there.state !== 'stopped') await vagrantVerb(context, there, ['halt'], signal);
        },
        signal,
      ),

    pause: (machine, signal) =>
      attempt(
        `machine ${machine.name} could not be paused`,
        async () => {
          const there = await current(machine);
          if (there.state === 'stopped')
            throw new MachineError(`machine ${machine.name} does not run`, 'Start it first.');
          if (there.state !== 'paused') await vagrantVerb(context, there, ['suspend'], signal);
        },
        signal,
      ),

    delete: (machine, signal) =>
      attempt(
        `machine ${machine.name} could not be deleted`,
        async () => {
          const there = await findMachine(context, machine);
          if (there !== undefined || (await isDeclared(machine))) await takeAway(context, machine, signal);
        },
        signal,
      ),

    list: (cluster) => attempt('the machines cannot be listed', () => listMachines(context, cluster)),

    cleanUp: (cluster) =>
      attempt('the machines’ network could not be removed', () => cleanUpCluster(context, cluster)),

    shell: (machine, size) =>
      attempt(`no shell on machine ${machine.name}`, async () =>
        openSshShell(context.terminals, await reachable(machine), size),
      ),

    loadImage: (machine, tar, signal) =>
      attempt(
        `the image could not be loaded into ${machine.name}`,
        async () => {
          const target = await reachable(machine);
          const { code, output } = await sshExecute(context.processes, target, IMPORT, tar, signal);
          if (code !== 0) throw new Error(output === '' ? `ctr ended with ${code}` : output);
        },
        signal,
      ),

    resize: ({ cluster, name }, { cpus, memoryBytes }, signal) =>
      attempt(
        `machine ${name} could not be resized`,
        async () => {
          await current({ cluster, name, state: 'stopped', id: '' });
          const { folder } = await requireDeclared(context, cluster);
          signal.throwIfAborted();
          await edit(context, folder, (editor) =>
            editor.setNode({
              name,
              ...(cpus === undefined ? {} : { cpus: Math.max(1, Math.round(cpus)) }),
              ...(memoryBytes === undefined ? {} : { memory: Math.round(memoryBytes / MIB) }),
            }),
          );
        },
        signal,
      ),

    snapshots: createSnapshots(context, current),

    async *console(machine, signal): AsyncGenerator<string> {
      const { folder } = await requireDeclared(context, machine.cluster);
      await current(machine);
      yield* followFile(folder.node(machine.name).console, CONSOLE_TAIL, signal);
    },
  };

  async function wake(machine: Machine, progress: Progress, signal: AbortSignal): Promise<void> {
    const { cluster, name, state } = machine;
    if (state === 'failed') {
      // Half made by a process that died: from what it was to be made of.
      await discardVirtualMachine(context, machine, signal);
      await bringUp(context, { cluster, name }, progress, signal);
      return;
    }
    progress.report({
      machine: name,
      message: state === 'paused' ? 'Waking the machine' : 'Starting the machine',
    });
    // What is paused goes on with what it has; one that starts is told anew what cluster.yaml says.
    const args = state === 'paused' ? ['resume', '--no-provision'] : ['up'];
    await vagrantVerb(context, machine, args, signal, progress);
  }

  async function isDeclared({ cluster, name }: Machine): Promise<boolean> {
    const { declared } = await requireDeclared(context, cluster);
    return declared.nodes.some((node) => node.name === name);
  }
}

/** Every failure is a MachineError that says what was not done; where the caller has aborted, its own reason. */
async function attempt<T>(action: string, run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await run();
  } catch (error) {
    signal?.throwIfAborted();
    throw machineError(action, error);
  }
}
