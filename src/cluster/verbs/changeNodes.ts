import { runActions, type Action, type ActionContext } from '../actions/action.ts';
import { createMachines } from '../actions/createMachines.ts';
import { drainNode } from '../actions/drainNode.ts';
import { preflight } from '../actions/preflight.ts';
import { prepareMachines } from '../actions/prepareMachines.ts';
import { recreateMachineOf } from '../actions/recreateMachines.ts';
import { removeMachine } from '../actions/removeMachine.ts';
import { resizeMachine } from '../actions/resizeMachine.ts';
import { needControlPlane } from '../actions/startControlPlane.ts';
import { startMachineOf } from '../actions/startMachines.ts';
import { waitForNodes } from '../actions/waitForNodes.ts';
import { ClusterError } from '../errors.ts';
import type { Machine, MachineSize } from '../machines/contract.ts';
import { checkSize, sizeText } from '../nodeSize.ts';
import { assertRuns } from './assertRuns.ts';
import { writeProfile, type ClusterProfile, type NodeProfile } from '../profile.ts';

/** Adds a node to a cluster; resolves when it is Ready. Where it fails, nothing of it is left. */
export async function addNode(context: ActionContext, node: NodeProfile): Promise<void> {
  await assertRuns(context);
  const before = context.profile;
  context.profile = { ...before, nodes: [...before.nodes, node] };
  const declareNode: Action = {
    title: `Adding ${node.name}`,
    run: ({ paths, profile }) => writeProfile(paths.profile, profile),
    undo: ({ paths }) => writeProfile(paths.profile, before),
  };
  await runActions(
    [preflight, needControlPlane, declareNode, createMachines([node]), waitForNodes([node.name])],
    context,
  );
}

/** Starts the machine of one node, or recreates it where it is gone; resolves when the node is Ready. */
export async function startNode(context: ActionContext, node: string): Promise<void> {
  const declared = nodeOf(context.profile, node);
  await runActions(
    [
      prepareMachines,
      needControlPlane,
      startMachineOf(node),
      recreateMachineOf(declared),
      waitForNodes([node]),
    ],
    context,
    { retain: true },
  );
}

/** Drains a node, takes it out of its cluster and deletes its machine. */
export async function removeNode(context: ActionContext, node: string): Promise<void> {
  nodeOf(context.profile, node);
  await assertRuns(context);
  await runActions([needControlPlane, drainNode(node), removeMachine(node)], context);
}

/** Gives a node's machine another size; where it fails, the node goes on with the size that it had. */
export async function resizeNode(context: ActionContext, node: string, size: MachineSize): Promise<void> {
  const { provider, profile } = context;
  const before = nodeOf(profile, node);
  if (!provider.capabilities.resize || provider.resize === undefined) {
    throw new ClusterError(
      `${provider.name} machines cannot be resized`,
      `Add a node of the size you want (wheelhouse node add ${profile.name}), then remove ${node}.`,
    );
  }
  if (sizeText(size) === '') {
    throw new ClusterError(`no size is given for ${node}`, 'Say how many CPUs, how much memory, or both.');
  }
  checkSize(size, node);
  const machine = await runningMachine(context, node);
  await runActions([needControlPlane, ...resizeMachine(machine, before, { ...before, ...size })], context);
}

async function runningMachine({ provider, profile }: ActionContext, node: string): Promise<Machine> {
  const machine = (await provider.list(profile.name)).find(({ name }) => name === node);
  if (machine?.state === 'running') return machine;
  throw new ClusterError(
    `${node} does not run`,
    `It is drained before it is resized: wheelhouse start ${profile.name} brings it up.`,
  );
}

/** Throws a ClusterError that names the nodes that there are. */
export function nodeOf({ name, nodes }: ClusterProfile, node: string): NodeProfile {
  const found = nodes.find((n) => n.name === node);
  if (found !== undefined) return found;
  throw new ClusterError(
    `cluster ${name} has no node "${node}"`,
    `Its nodes are: ${nodes.map((n) => n.name).join(', ')}.`,
  );
}
