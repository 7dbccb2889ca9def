import type { Node } from '../api/types.ts';
import type { TrackedNode } from './nodeInfo.ts';

/** Region and zone of a node, '' for none (component-helpers `node/topology/helpers.go`). */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels;
  const region = labels?.['topology.kubernetes.io/region'] ?? '';
  const zone = labels?.['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}

/** One node of each zone in turn (kube-scheduler `backend/cache/node_tree.go`). */
export function interleaveZones(nodes: readonly TrackedNode[]): readonly TrackedNode[] {
  const zones = Map.groupBy(nodes, (info) => zoneOf(info.node));
  if (zones.size <= 1) return nodes;
  const lists = [...zones.values()];
  const longest = Math.max(...lists.map((list) => list.length));
  const result: TrackedNode[] = [];
  for (let i = 0; i < longest; i++) {
    for (const list of lists) {
      const info = list[i];
      if (info !== undefined) result.push(info);
    }
  }
  return result;
}
