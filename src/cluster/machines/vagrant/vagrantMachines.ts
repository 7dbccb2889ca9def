import { formatRange } from '../../../api/ip/range.ts';
import { readText, writeWhole } from '../../../host/files.ts';
import { followFile } from '../../../host/followFile.ts';
import { ProcessError } from '../../../host/processes.ts';
import {
  MachineError,
  type HostAddress,
  type Machine,
  type MachineProvider,
  type MachineSnapshots,
  type Progress,
} from '../contract.ts';
import { heard } from '../commandInput.ts';
import { importImage } from '../importImage.ts';
import { VAGRANT_CAPABILITIES } from './capabilities.ts';
import { checkHost } from './checks.ts';
import { edit, findDeclared, requireDeclared, type VagrantContext } from './context.ts';
import {
  bringUp,
  createMachine,
  discardLeftover,
  discardVirtualMachine,
  setUpOf,
  takeAway,
} from './creation.ts';
import { fullName } from './folder.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { findMachine, listMachines } from './machineList.ts';
import { chosenProvider, cleanUpCluster, prepareCluster } from './prepare.ts';
import { createSnapshots } from './snapshots.ts';
import { halt, isSuspendSafe } from './halt.ts';
import { openSshShell, sshExecute, type SshTarget } from './ssh.ts';
import { hostAddressOf, parseSubnet } from './subnets.ts';
import { machineError } from './vagrantError.ts';
import { vagrantVerb } from './vagrantVerb.ts';

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
    const { folder, hypervisor } = await requireDeclared(context, machine.cluster);
    const { name, state, address } = await current(machine);
    if (state !== 'running') throw new MachineError(`machine ${name} does not run`, 'Start it first.');
    // macOS asks its user before a program may reach machines of a local network, but not for its own loopback.
    const port = await hypervisor.sshPort?.(fullName(machine.cluster, name));
    if (port !== undefined) return { address: '127.0.0.1', port, name, folder, node: folder.node(name) };
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

    async podNetwork(settings, signal) {
      const hypervisor = await chosenProvider(context, settings?.provider, signal);
      return hypervisor.carriesPodAddresses === false ? 'vxlan' : 'routes';
    },

    async hostAddress(cluster): Promise<HostAddress> {
      const { declared, folder, hypervisor } = await requireDeclared(context, cluster);
      const subnet = parseSubnet(declared.network);
      if (subnet !== undefined) {
        const { natGateway } = hypervisor;
        const network = formatRange(subnet);
        return natGateway === undefined
          ? { address: hostAddressOf(subnet), loopback: false, network }
          : { address: natGateway, loopback: true, network };
      }
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
          if (there.state !== 'stopped') await halt(context, there, signal);
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
          if (there.state === 'paused') return;
          const { hypervisor } = await requireDeclared(context, machine.cluster);
          if (!(await isSuspendSafe(hypervisor, signal))) await halt(context, there, signal);
          else if (hypervisor.suspend === undefined) await vagrantVerb(context, there, ['suspend'], signal);
          else await hypervisor.suspend(fullName(machine.cluster, machine.name), signal);
        },
        signal,
      ),

    delete: (machine, signal) =>
      attempt(
        `machine ${machine.name} could not be deleted`,
        async () => {
          const found = await findDeclared(context, machine.cluster);
          if (found === undefined) await discardLeftover(context, machine);
          else if (
            found.declared.nodes.some(({ name }) => name === machine.name) ||
            (await findMachine(context, machine)) !== undefined
          ) {
            await takeAway(context, machine, signal);
          }
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

    run: (machine, line, streams, signal) =>
      attempt(
        `the command could not be run on ${machine.name}`,
        async () => sshExecute(context.processes, await reachable(machine), line, streams, signal),
        signal,
      ),

    loadImage: (machine, tar, signal) =>
      attempt(
        `the image could not be loaded into ${machine.name}`,
        async () => {
          const target = await reachable(machine);
          await importImage((line) =>
            heard(tar, (streams) => sshExecute(context.processes, target, line, streams, signal)),
          );
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
    const { folder, hypervisor } = await requireDeclared(context, cluster);
    const { whole } = folder.node(name);
    const setUp = await setUpOf(context, machine);
    // What is paused goes on with what it has. What is set up already is a node again by itself.
    if (state === 'paused' || (await readText(whole)) === setUp) {
      const started = await attemptStart(hypervisor, fullName(cluster, name), signal);
      if (started) return;
    }
    const args = state === 'paused' ? ['resume', '--no-provision'] : ['up'];
    await vagrantVerb(context, machine, args, signal, progress);
    if (state !== 'paused') await writeWhole(whole, setUp);
  }
}

/** False where Vagrant has to do it: it makes networks that are missing, too. */
async function attemptStart(hypervisor: Hypervisor, name: string, signal: AbortSignal): Promise<boolean> {
  if (hypervisor.start === undefined) return false;
  try {
    await hypervisor.start(name, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProcessError) return false;
    throw error;
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
