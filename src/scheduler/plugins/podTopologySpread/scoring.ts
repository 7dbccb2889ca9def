import { ownProperty } from '../../../base/ownProperty.ts';
import type { NodeInfo } from '../../framework.ts';
import { type Constraint, hasAllKeys, HOSTNAME } from './constraints.ts';

/** What scoring needs to know of a cycle (`plugins/podtopologyspread/scoring.go`). */
export interface SpreadScore {
  readonly constraints: readonly Constraint[];
  /** By constraint: matching pods in each domain; undefined for hostname, which is read node by node. */
  readonly domains: readonly (ReadonlyMap<string, number> | undefined)[];
  /** By constraint: large topologies weigh more, so that small ones do not drown them. */
  readonly weights: readonly number[];
  /** Nodes without all the labels get the worst score. The default constraints do without. */
  readonly requireAllKeys: boolean;
}

export function prepareScore(
  constraints: readonly Constraint[],
  candidates: readonly NodeInfo[],
  allNodes: readonly NodeInfo[],
  requireAllKeys: boolean,
): SpreadScore {
  const scored = requireAllKeys ? candidates.filter(({ node }) => hasAllKeys(node, constraints)) : candidates;
  const weights = constraints.map(({ topologyKey }) => {
    const size =
      topologyKey === HOSTNAME
        ? scored.length
        : new Set(scored.map(({ node }) => ownProperty(node.metadata.labels, topologyKey) ?? '')).size;
    return Math.log(size + 2);
  });
  const domains = constraints.map((constraint) => {
    if (constraint.topologyKey === HOSTNAME) return undefined;
    const everyNodeCounts = !constraint.selective && (!requireAllKeys || constraints.length === 1);
    return everyNodeCounts
      ? constraint.counter.byTopology(constraint.topologyKey)
      : countDomains(constraint, constraints, allNodes, requireAllKeys);
  });
  return { constraints, domains, weights, requireAllKeys };
}

export function scoreOf(prepared: SpreadScore, { node }: NodeInfo): number {
  const { constraints, domains, weights } = prepared;
  const labels = node.metadata.labels;
  let score = 0;
  for (let i = 0; i < constraints.length; i++) {
    const constraint = constraints[i];
    if (constraint === undefined) continue;
    const value = ownProperty(labels, constraint.topologyKey);
    if (value === undefined) continue;
    const domain = domains[i];
    const count = domain === undefined ? constraint.counter.on(node.metadata.name) : (domain.get(value) ?? 0);
    score += count * (weights[i] ?? 0) + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** Fewer matching pods are better: turned round between the lowest and the highest. */
export function normalizeSpread(
  prepared: SpreadScore,
  nodes: readonly NodeInfo[],
  scores: Float64Array,
): void {
  const ignored = (i: number): boolean => {
    const info = nodes[i];
    return prepared.requireAllKeys && info !== undefined && !hasAllKeys(info.node, prepared.constraints);
  };
  let lowest = Infinity;
  let highest = 0;
  for (const [i, score] of scores.entries()) {
    if (ignored(i)) continue;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  for (const [i, score] of scores.entries()) {
    if (ignored(i)) scores[i] = 0;
    else if (highest === 0) scores[i] = 100;
    else scores[i] = Math.trunc((100 * (highest + lowest - score)) / highest);
  }
}

function countDomains(
  constraint: Constraint,
  constraints: readonly Constraint[],
  allNodes: readonly NodeInfo[],
  requireAllKeys: boolean,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of allNodes) {
    const count = constraint.counter.on(node.metadata.name);
    if (count === 0 || (requireAllKeys && !hasAllKeys(node, constraints)) || !constraint.includes(node))
      continue;
    const value = ownProperty(node.metadata.labels, constraint.topologyKey) ?? '';
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return counts;
}
