import { bootstrapFiles } from '../machines/bootstrapFiles.ts';
import { onEach } from '../onEach.ts';
import type { NodeProfile } from '../profile.ts';
import { adminOf, type Action, type ActionContext } from './action.ts';

/** Creates the machines of these nodes, all at the same time; see `createAll` for those that fail. */
export function createMachines(nodes: readonly NodeProfile[]): Action {
  return {
    title: nodes.length === 1 ? 'Creating a machine' : `Creating ${nodes.length} machines`,
    run: (context) => createAll(context, nodes),
    async undo({ provider, profile }) {
      const names = new Set(nodes.map((node) => node.name));
      const machines = (await provider.list(profile.name)).filter((machine) => names.has(machine.name));
      const never = new AbortController().signal;
      await onEach(machines, (machine) => provider.delete(machine, never));
    },
  };
}

/**
 * Creates machines, all at the same time. One that fails is tried once more when what was left of it is gone, and does
 * not hold up the others; where it fails again, it is noted in `context.failed`. Rejects where the signal aborts, when
 * nothing is under way any more.
 */
export async function createAll(context: ActionContext, nodes: readonly NodeProfile[]): Promise<void> {
  const outcomes = await Promise.allSettled(nodes.map((node) => createOrNote(context, node)));
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
}

async function createOrNote(context: ActionContext, node: NodeProfile): Promise<void> {
  const { progress, signal, failed } = context;
  const tell = (message: string): void => progress.report({ machine: node.name, message });
  try {
    try {
      await createMachine(context, node);
    } catch (error) {
      signal.throwIfAborted();
      tell(`Failed, is tried once more: ${messageOf(error)}`);
      await removeLeftovers(context, node);
      await createMachine(context, node);
    }
  } catch (error) {
    signal.throwIfAborted();
    tell(`Failed: ${messageOf(error)}`);
    // Best effort: what cannot be removed now is removed before the next attempt, or with the node.
    await removeLeftovers(context, node).catch((left: unknown) =>
      context.logger.warn('what is left of a machine could not be removed', { node: node.name, error: left }),
    );
    failed.set(node.name, error instanceof Error ? error : new Error(String(error)));
  }
}

async function createMachine(context: ActionContext, node: NodeProfile): Promise<void> {
  const { profile, provider, progress, signal } = context;
  const admin = await adminOf(context);
  const { name, cpus, memoryBytes, diskBytes, address } = node;
  await provider.create(
    {
      cluster: profile.name,
      name,
      files: await bootstrapFiles(context, node, await admin.issueToken(name)),
      ...(cpus === undefined ? {} : { cpus }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(diskBytes === undefined ? {} : { diskBytes }),
      ...(address === undefined ? {} : { address }),
    },
    progress,
    signal,
  );
}

/** The machine as far as it came, the node that it may have become, and the token that it was given. */
async function removeLeftovers(context: ActionContext, { name }: NodeProfile): Promise<void> {
  const { provider, profile } = context;
  // Not to be broken off: half of it would be left.
  const never = new AbortController().signal;
  const left = (await provider.list(profile.name)).filter((machine) => machine.name === name);
  for (const machine of left) await provider.delete(machine, never);
  await (await adminOf(context)).forget(name);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
