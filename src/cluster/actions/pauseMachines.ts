import type { Action } from './action.ts';

/** Freezes all machines of the cluster that run, at the same time; where one cannot be, all go on as before. */
export const pauseMachines: Action = {
  title: 'Suspending the machines',
  async run({ provider, profile, progress, signal }) {
    const machines = (await provider.list(profile.name)).filter((machine) => machine.state === 'running');
    const outcomes = await Promise.allSettled(
      machines.map(async (machine) => {
        await provider.pause(machine, signal);
        progress.report({ machine: machine.name, message: 'Suspended' });
      }),
    );
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    if (rejected !== undefined) throw rejected.reason;
  },
  async undo({ provider, profile, progress }) {
    const machines = (await provider.list(profile.name)).filter((machine) => machine.state === 'paused');
    const never = new AbortController().signal;
    await Promise.all(machines.map((machine) => provider.start(machine, progress, never)));
  },
};
