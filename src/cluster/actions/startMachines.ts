import type { Action } from './action.ts';

/** Starts all machines of the cluster that are not running, at the same time. */
export const startMachines: Action = {
  title: 'Starting machines',
  async run({ provider, profile, progress, signal }) {
    const machines = await provider.list(profile.name);
    await Promise.all(
      machines
        .filter((m) => m.state !== 'running')
        .map((machine) => provider.start(machine, progress, signal)),
    );
  },
};
