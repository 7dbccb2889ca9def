import { ClusterError } from '../errors.ts';
import type { Machine, MachineSize } from '../machines/contract.ts';
import { sizeText } from '../nodeSize.ts';
import { writeProfile, type NodeProfile } from '../profile.ts';
import { adminOf, type Action, type ActionContext } from './action.ts';
import { drainNode } from './drainNode.ts';
import { preflight } from './preflight.ts';

/** How much of a machine's memory its system may keep for itself, at most. */
const KEPT_BY_SYSTEM = 0.25;

/**
 * The steps by which a node's machine gets another size: each takes itself back, so that a node whose resize fails is
 * what it was before.
 */
export function resizeMachine(machine: Machine, before: NodeProfile, after: NodeProfile): readonly Action[] {
  const never = new AbortController().signal;
  const drain = drainNode(machine.name);
  const declare = async (context: ActionContext, node: NodeProfile): Promise<void> => {
    const nodes = context.profile.nodes.map((other) => (other.name === node.name ? node : other));
    context.profile = { ...context.profile, nodes };
    await writeProfile(context.paths.profile, context.profile);
  };
  return [
    drain,
    {
      title: `Stopping ${machine.name}`,
      run: ({ provider, signal }) => provider.stop(machine, signal),
      async undo({ provider, progress }) {
        await provider.start(machine, progress, never);
      },
    },
    {
      title: `Giving ${machine.name} ${sizeText(machineSize(after))}`,
      async run(context) {
        await declare(context, after);
        // Its own memory is free now.
        await preflight.run(context);
        await context.provider.resize?.(machine, machineSize(after), context.signal);
      },
      async undo(context) {
        await declare(context, before);
        await context.provider.resize?.(machine, machineSize(before), never);
      },
    },
    {
      title: `Starting ${machine.name}`,
      run: (context) => startAgain(context, machine, after),
      undo: ({ provider }) => provider.stop(machine, never),
    },
    // Open to pods again, where it was before.
    { title: `${machine.name} takes pods again`, run: async (context) => drain.undo?.(context) },
  ];
}

async function startAgain(context: ActionContext, machine: Machine, node: NodeProfile): Promise<void> {
  const { provider, progress, signal } = context;
  const admin = await adminOf(context);
  const reports = await admin.lastReports([node.name]);
  await provider.start(machine, progress, signal);
  await admin.whenReady([node.name], () => undefined, signal, { reports });
  // The declared capacity of a node is not the size of its machine.
  if (node.capacity !== undefined) return;
  const { cpus, memoryBytes } = await admin.capacity(node.name);
  const wanted = machineSize(node);
  const least = (wanted.memoryBytes ?? 0) * (1 - KEPT_BY_SYSTEM);
  const most = wanted.memoryBytes ?? Infinity;
  if ((wanted.cpus ?? cpus) === cpus && memoryBytes >= least && memoryBytes <= most) return;
  throw new ClusterError(
    `node ${node.name} came up with ${sizeText({ cpus, memoryBytes })} instead of ${sizeText(wanted)}`,
    'It has its old size again.',
  );
}

function machineSize({ cpus, memoryBytes }: NodeProfile): MachineSize {
  return { ...(cpus === undefined ? {} : { cpus }), ...(memoryBytes === undefined ? {} : { memoryBytes }) };
}
