import { onEach } from '../onEach.ts';
import type { Action } from './action.ts';

/** Freezes all machines of the cluster that run, at the same time; where one cannot be, all go on as before. */
export const pauseMachines: Action = {
  title: 'Suspending the machines',
  async run({ provider, profile, progress, signal }) {
    const machines = (await provider.list(profile.name)).filter((machine) => machine.state === 'running');
    await onEach(machines, async (machine) => {
      await provider.pause(machine, signal);
      const now = (await provider.list(profile.name)).find(({ name }) => name === machine.name)?.state;
      const message =
        now === 'stopped' ? 'Stopped, as suspended machines do not go on well on this computer' : 'Suspended';
      progress.report({ machine: machine.name, message });
    });
    signal.throwIfAborted();
  },
  async undo({ provider, profile, progress }) {
    const machines = (await provider.list(profile.name)).filter((machine) => machine.state === 'paused');
    const never = new AbortController().signal;
    await onEach(machines, (machine) => provider.start(machine, progress, never));
  },
};
