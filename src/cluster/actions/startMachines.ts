import { adminOf, type Action } from './action.ts';

/** Starts all machines of the cluster that are not running, at the same time. */
export const startMachines: Action = {
  title: 'Starting machines',
  async run(context) {
    const { provider, profile, progress, signal } = context;
    const machines = (await provider.list(profile.name)).filter((machine) => machine.state !== 'running');
    if (machines.length === 0) return;
    // A paused machine goes on where it was; one that was down has an agent that starts anew.
    const down = machines.filter((machine) => machine.state !== 'paused').map((machine) => machine.name);
    context.reportsBefore = await (await adminOf(context)).lastReports(down);
    await Promise.all(machines.map((machine) => provider.start(machine, progress, signal)));
  },
};
