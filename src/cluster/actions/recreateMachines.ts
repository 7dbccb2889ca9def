import { adminOf, type Action } from './action.ts';
import { createMachines } from './createMachines.ts';

/** Makes machines anew that somebody has removed behind our back: the nodes are declared, so they shall be there. */
export const recreateMachines: Action = {
  title: 'Looking for the machines',
  async run(context) {
    const { provider, profile, progress } = context;
    const there = new Set((await provider.list(profile.name)).map((machine) => machine.name));
    const missing = profile.nodes.filter((node) => !there.has(node.name));
    if (missing.length === 0) return;
    const before = await (await adminOf(context)).lastReports(missing.map((node) => node.name));
    context.reportsBefore = new Map([...(context.reportsBefore ?? []), ...before]);
    for (const node of missing) progress.report({ machine: node.name, message: 'The machine is gone' });
    await createMachines(missing).run(context);
  },
};
