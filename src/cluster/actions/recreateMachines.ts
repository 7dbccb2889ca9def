import type { NodeProfile } from '../profile.ts';
import { adminOf, type Action, type ActionContext } from './action.ts';
import { createAll } from './createMachines.ts';

/** Recreates machines that somebody has removed by hand: their nodes are declared, so they have to exist. */
export const recreateMachines: Action = {
  title: 'Looking for the machines',
  run: (context) => recreateThose(context, context.profile.nodes),
};

/** The same for the machine of one node. */
export const recreateMachineOf = (node: NodeProfile): Action => ({
  title: `Looking for the machine of ${node.name}`,
  run: (context) => recreateThose(context, [node]),
});

async function recreateThose(context: ActionContext, nodes: readonly NodeProfile[]): Promise<void> {
  const { provider, profile, progress } = context;
  const there = new Set((await provider.list(profile.name)).map((machine) => machine.name));
  const missing = nodes.filter((node) => !there.has(node.name));
  if (missing.length === 0) return;
  const before = await (await adminOf(context)).lastReports(missing.map((node) => node.name));
  const { reports = new Map<string, string>() } = context.earlierReports;
  context.earlierReports = { ...context.earlierReports, reports: new Map([...reports, ...before]) };
  for (const node of missing) progress.report({ machine: node.name, message: 'The machine is missing' });
  await createAll(context, missing);
}
