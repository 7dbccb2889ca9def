import { ClusterError } from '../errors.ts';
import type { Action } from './action.ts';

/** Machines are found by the cluster's name: those of another one with this name must not be taken for ours. */
export const noLeftovers: Action = {
  title: 'Looking for machines of that name',
  async run({ provider, profile }) {
    const machines = await provider.list(profile.name);
    if (machines.length === 0) return;
    const names = machines.map((machine) => machine.name).join(', ');
    throw new ClusterError(
      `there are machines of a cluster "${profile.name}" that is not known here: ${names}`,
      'They belong to another folder of clusters (WHEELHOUSE_HOME) or were left behind: choose another name, or remove them.',
    );
  },
};
