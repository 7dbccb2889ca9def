import { ClusterError } from '../errors.ts';
import type { Action } from './action.ts';

/** Finds out what stands in the way before anything is made. */
export const preflight: Action = {
  title: 'Checking what is needed',
  async run({ provider, profile, signal }) {
    const problems = await provider.preflight(signal, {
      cluster: profile.name,
      machines: profile.nodes,
      ...(profile.settings === undefined ? {} : { settings: profile.settings }),
    });
    if (problems.length === 0) return;
    throw new ClusterError(problems.map((p) => p.what).join('; '), problems.map((p) => p.remedy).join(' '));
  },
};
