import type { ClusterSummary } from './clusters.ts';

/**
 * How a cluster stands as a whole. `control plane down`: machines of it run, and no process runs its control plane:
 * pods go on, and nobody answers for the API. To start the cluster brings it back.
 */
export type OverallState = 'running' | 'partly running' | 'control plane down' | 'suspended' | 'stopped';

export function overallState({
  profile,
  machines,
  owner,
}: Pick<ClusterSummary, 'profile' | 'machines' | 'owner'>): OverallState {
  const running = machines.filter(({ state }) => state === 'running').length;
  if (running > 0) {
    if (owner === undefined) return 'control plane down';
    return running >= profile.nodes.length ? 'running' : 'partly running';
  }
  return machines.some(({ state }) => state === 'paused') ? 'suspended' : 'stopped';
}
