import { ownProperty } from '../../../base/ownProperty.ts';
import type { Pod } from '../../../api/types.ts';
import type { NodeInfo, Plugin, PluginContext, Snapshot, Status } from '../../framework.ts';
import { NamespaceLabels, type PodTerms, termsOf } from './terms.ts';
import { matchingPods, Topologies } from './topologies.ts';

const FILTER = 'InterPodAffinity/filter';
const SCORE = 'InterPodAffinity/score';
/** What a required affinity of a placed pod counts in scoring (`hardPodAffinityWeight`). */
const HARD_WEIGHT = 1;

const status = (code: Status['code'], reason: string): Status => ({
  code,
  reasons: [reason],
  plugin: 'InterPodAffinity',
});
const EXISTING = status('Unschedulable', "node(s) didn't satisfy existing pods anti-affinity rules");
const AFFINITY = status('UnschedulableAndUnresolvable', "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = status('Unschedulable', "node(s) didn't match pod anti-affinity rules");

/** What a cycle is held to. */
interface Demands {
  readonly terms: PodTerms;
  /** Domains that pods placed there keep this one out of. */
  readonly existing: Topologies;
  /** By required affinity term: domains with pods that all terms want. */
  readonly wanted: readonly ReadonlyMap<string, number>[];
  /** By required anti-affinity term: domains with pods that the term shuns. */
  readonly shunned: readonly ReadonlyMap<string, number>[];
  /** The first of a group that wants its own kind may go anywhere. */
  readonly mayBeFirst: boolean;
}

/** Pods near to and far from other pods (`plugins/interpodaffinity`). */
export function interPodAffinity({ informers, snapshot }: PluginContext): Plugin {
  const labels = new NamespaceLabels(informers);
  return {
    name: 'InterPodAffinity',
    preFilter(state, pod) {
      const demands = demandsOf(pod, snapshot, labels);
      if (demands === undefined) return { status: { code: 'Skip', reasons: [] } };
      state.write(FILTER, demands);
      return undefined;
    },
    filter(state, _pod, info) {
      const demands = state.read<Demands>(FILTER);
      return demands === undefined ? undefined : violated(demands, info);
    },
    preScore(state, pod) {
      const scores = scoresOf(pod, snapshot, labels);
      if (scores.isEmpty) return { code: 'Skip', reasons: [] };
      state.write(SCORE, scores);
      return undefined;
    },
    score(state, _pod, info) {
      return state.read<Topologies>(SCORE)?.sum(info.node) ?? 0;
    },
    normalize(_state, _pod, _nodes, scores) {
      const lowest = scores.reduce((a, b) => Math.min(a, b), Infinity);
      const range = scores.reduce((a, b) => Math.max(a, b), -Infinity) - lowest;
      for (const [i, score] of scores.entries()) {
        scores[i] = range > 0 ? Math.trunc((100 * (score - lowest)) / range) : 0;
      }
    },
    events: () => [
      { event: { resource: 'Pod', actions: ['Add', 'Delete', 'UpdateLabels'] } },
      { event: { resource: 'Node', actions: ['Add', 'UpdateLabels'] } },
    ],
  };
}

function demandsOf(pod: Pod, snapshot: Snapshot, labels: NamespaceLabels): Demands | undefined {
  const terms = termsOf(pod);
  const existing = new Topologies();
  for (const info of snapshot.nodesWithAffinityPods()) {
    for (const placed of info.podsWithAffinity) {
      for (const term of termsOf(placed).antiAffinity) {
        if (labels.matches(term, pod)) existing.addNode(term.topologyKey, info, 1);
      }
    }
  }
  if (existing.isEmpty && terms.affinity.length === 0 && terms.antiAffinity.length === 0) return undefined;
  const wanted = terms.affinity.map(({ topologyKey }) =>
    matchingPods(terms.affinity, topologyKey, snapshot, labels),
  );
  return {
    terms,
    existing,
    wanted,
    shunned: terms.antiAffinity.map((term) => matchingPods([term], term.topologyKey, snapshot, labels)),
    mayBeFirst:
      wanted.every((domains) => domains.size === 0) &&
      terms.affinity.every((term) => labels.matches(term, pod)),
  };
}

function violated(
  { terms, existing, wanted, shunned, mayBeFirst }: Demands,
  { node }: NodeInfo,
): Status | undefined {
  let isThere = true;
  for (const [i, { topologyKey }] of terms.affinity.entries()) {
    const value = ownProperty(node.metadata.labels, topologyKey);
    if (value === undefined) return AFFINITY;
    if ((wanted[i]?.get(value) ?? 0) === 0) isThere = false;
  }
  if (!isThere && !mayBeFirst) return AFFINITY;
  for (const [i, { topologyKey }] of terms.antiAffinity.entries()) {
    const value = ownProperty(node.metadata.labels, topologyKey);
    if (value !== undefined && (shunned[i]?.get(value) ?? 0) > 0) return ANTI_AFFINITY;
  }
  return !existing.isEmpty && existing.sum(node) > 0 ? EXISTING : undefined;
}

/** What the pod prefers of placed pods and what placed pods prefer of it (`plugins/interpodaffinity/scoring.go`). */
function scoresOf(pod: Pod, snapshot: Snapshot, labels: NamespaceLabels): Topologies {
  const scores = new Topologies();
  for (const term of termsOf(pod).preferred) {
    for (const [value, count] of matchingPods([term], term.topologyKey, snapshot, labels)) {
      scores.add(term.topologyKey, value, count * term.weight);
    }
  }
  for (const info of snapshot.nodesWithAffinityPods()) {
    for (const placed of info.podsWithAffinity) {
      const { affinity, preferred } = termsOf(placed);
      for (const term of affinity) {
        if (labels.matches(term, pod)) scores.addNode(term.topologyKey, info, HARD_WEIGHT);
      }
      for (const term of preferred) {
        if (labels.matches(term, pod)) scores.addNode(term.topologyKey, info, term.weight);
      }
    }
  }
  return scores;
}
