import type { ActionContext } from '../actions/action.ts';
import { ClusterError } from '../errors.ts';
import type { CommandStreams, Machine, MachineShell } from '../machines/contract.ts';
import { nodeOf } from './changeNodes.ts';

/** An interactive shell on a node's machine. */
export async function openShell(
  context: ActionContext,
  node: string,
  size: { readonly columns: number; readonly rows: number },
): Promise<MachineShell> {
  const { provider } = context;
  const machine = await machineOf(context, node);
  if (provider.capabilities.shell) return provider.shell(machine, size);
  throw new ClusterError(`${provider.name} machines have no shell`, 'There is no system to log in to.');
}

/** What a node's machine says on its console: the last of it, then what comes, until aborted. */
export async function openConsole(context: ActionContext, node: string): Promise<AsyncIterable<string>> {
  const { provider, profile, signal } = context;
  const machine = await machineOf(context, node);
  if (provider.capabilities.console && provider.console !== undefined) {
    return provider.console(machine, signal);
  }
  throw new ClusterError(
    `${provider.name} machines have no console`,
    `Look around in a shell instead: wheelhouse node shell ${profile.name} ${node}.`,
  );
}

/** Runs a line of shell as root on a node's machine; resolves with its exit code. */
export async function runOnNode(
  context: ActionContext,
  node: string,
  line: string,
  streams: CommandStreams,
): Promise<number> {
  return context.provider.run(await runningMachine(context, node), line, streams, context.signal);
}

/** The machine of a node, for what needs it running and with a system to log in to. */
export async function runningMachine(context: ActionContext, node: string): Promise<Machine> {
  const { provider, profile } = context;
  const machine = await machineOf(context, node);
  if (!provider.capabilities.shell) {
    throw new ClusterError(`${provider.name} machines have no shell`, 'There is no system to log in to.');
  }
  if (machine.state === 'running') return machine;
  throw new ClusterError(
    `the machine of ${node} does not run`,
    `Start it first: wheelhouse start ${profile.name}.`,
  );
}

async function machineOf({ provider, profile }: ActionContext, node: string): Promise<Machine> {
  nodeOf(profile, node);
  const machine = (await provider.list(profile.name)).find(({ name }) => name === node);
  if (machine !== undefined) return machine;
  throw new ClusterError(
    `${node} has no machine: it was removed, or could not be made`,
    `To make it again: wheelhouse start ${profile.name}.`,
  );
}
