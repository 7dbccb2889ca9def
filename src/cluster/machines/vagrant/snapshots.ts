import { MachineError, type Machine, type MachineSnapshots } from '../contract.ts';
import { requireDeclared, type VagrantContext } from './context.ts';
import { fullName } from './folder.ts';
import { halt, isSuspendSafe } from './halt.ts';
import { machineError } from './vagrantError.ts';
import { vagrantVerb } from './vagrantVerb.ts';

/** Snapshots of one machine with its memory, made by Vagrant; which there are, the hypervisor tells. */
export function createSnapshots(
  context: VagrantContext,
  current: (machine: Machine) => Promise<Machine>,
): MachineSnapshots {
  const names = async (machine: Machine): Promise<readonly string[]> => {
    const { hypervisor } = await requireDeclared(context, machine.cluster);
    return hypervisor.snapshots(fullName(machine.cluster, machine.name));
  };
  const snapshot = (
    machine: Machine,
    verb: string,
    options: readonly string[],
    signal: AbortSignal,
  ): Promise<void> => vagrantVerb(context, machine, ['snapshot', verb, ...options], signal);
  const attempt = async <T>(
    action: string,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      throw machineError(action, error);
    }
  };

  return {
    save: (machine, name, signal) =>
      attempt(`snapshot ${name} of machine ${machine.name} could not be saved`, signal, async () => {
        await current(machine);
        // One of this name is replaced: what is asked for is the machine as it is now.
        if ((await names(machine)).includes(name)) await snapshot(machine, 'delete', [name], signal);
        const { hypervisor } = await requireDeclared(context, machine.cluster);
        const there = await current(machine);
        if (there.state !== 'running' || (await isSuspendSafe(hypervisor, signal))) {
          await snapshot(machine, 'save', [name], signal);
          return;
        }
        // Its memory would not come back well: it is kept shut down, and boots when it is restored.
        await halt(context, there, signal);
        await snapshot(machine, 'save', [name], signal);
        await vagrantVerb(context, there, ['up', '--no-provision'], signal);
      }),
    restore: (machine, name, signal) =>
      attempt(`snapshot ${name} of machine ${machine.name} could not be restored`, signal, async () => {
        await current(machine);
        if (!(await names(machine)).includes(name)) {
          throw new MachineError(`machine ${machine.name} has no snapshot ${name}`, 'List its snapshots.');
        }
        await snapshot(machine, 'restore', [name, '--no-provision'], signal);
        return current(machine);
      }),
    list: (machine) =>
      attempt(`the snapshots of machine ${machine.name} cannot be listed`, undefined, () => names(machine)),
    delete: (machine, name, signal) =>
      attempt(`snapshot ${name} of machine ${machine.name} could not be deleted`, signal, async () => {
        if ((await names(machine)).includes(name)) await snapshot(machine, 'delete', [name], signal);
      }),
  };
}
