import type { Machine } from '../contract.ts';
import type { VagrantContext } from './context.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { vagrantVerb } from './vagrantVerb.ts';

/** Shuts a machine down; one that does not answer is switched off. */
export async function halt(context: VagrantContext, machine: Machine, signal: AbortSignal): Promise<void> {
  try {
    await vagrantVerb(context, machine, ['halt'], signal);
  } catch {
    // It does not answer, or not yet.
    signal.throwIfAborted();
    await vagrantVerb(context, machine, ['halt', '--force'], signal);
  }
}

/** Whether a machine goes on well after its memory was saved and restored. */
export async function isSuspendSafe(hypervisor: Hypervisor, signal: AbortSignal): Promise<boolean> {
  return (await hypervisor.suspendIsSafe?.(signal)) ?? true;
}
