import type { Machine } from '../contract.ts';

/** Everything that Wheelhouse makes in an engine carries its cluster; machines carry their node too. */
export const CLUSTER_LABEL = 'io.wheelhouse.cluster';
export const NODE_LABEL = 'io.wheelhouse.node';

export function clusterLabels(cluster: string): Record<string, string> {
  return { [CLUSTER_LABEL]: cluster };
}

export function networkName(cluster: string): string {
  return `wheelhouse-${cluster}`;
}

/** Node names usually begin with the cluster's: not twice. */
export function containerName(cluster: string, node: string): string {
  return node.startsWith(`${cluster}-`) ? `wheelhouse-${node}` : `wheelhouse-${cluster}-${node}`;
}

/** What the engine says of a container (`State` of GET /containers/json and /containers/ID/json) in our words. */
export function stateOf(state: string): Machine['state'] {
  switch (state) {
    case 'running':
    case 'restarting':
      return 'running';
    case 'paused':
      return 'paused';
    case 'created':
      return 'creating';
    case 'exited':
      return 'stopped';
    default:
      return 'failed';
  }
}
