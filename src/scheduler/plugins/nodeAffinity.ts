import type { Node, Pod } from '../../api/types.ts';
import type { Plugin, Status } from '../framework.ts';
import { hasNodeRequirements, matchesRequired, matchesTerm } from '../../api/nodeSelector.ts';
import { normalizeByHighest } from './normalize.ts';

const NO_MATCH: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
  plugin: 'NodeAffinity',
};
const CONFLICT: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['pod affinity terms conflict'],
};

/** Nodes that the pod's nodeSelector and node affinity name; preferred ones are better (`plugins/nodeaffinity`). */
export function nodeAffinity(): Plugin {
  return {
    name: 'NodeAffinity',
    preFilter(_state, pod) {
      if (!hasNodeRequirements(pod)) return { status: { code: 'Skip', reasons: [] } };
      const names = requiredNames(pod);
      if (names === undefined) return undefined;
      return names.size === 0 ? { status: CONFLICT } : { nodes: names };
    },
    filter(_state, pod, info) {
      return matchesRequired(pod, info.node) ? undefined : NO_MATCH;
    },
    preScore(_state, pod) {
      return preferredOf(pod).length === 0 ? { code: 'Skip', reasons: [] } : undefined;
    },
    score(_state, pod, info) {
      let sum = 0;
      for (const { weight, preference } of preferredOf(pod)) {
        if (weight !== 0 && matchesTerm(preference, info.node)) sum += weight;
      }
      return sum;
    },
    normalize(_state, _pod, _nodes, scores) {
      normalizeByHighest(scores, false);
    },
    events: () => [
      {
        event: { resource: 'Node', actions: ['Add', 'UpdateLabels'] },
        hint: (pod, _old, current) => (matchesRequired(pod, current as Node) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
}

function preferredOf(
  pod: Pod,
): NonNullable<
  NonNullable<
    NonNullable<Pod['spec']['affinity']>['nodeAffinity']
  >['preferredDuringSchedulingIgnoredDuringExecution']
> {
  return pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
}

/**
 * Node names that the terms allow, where every term asks for names: spares looking at all nodes (DaemonSet pods).
 * Terms are alternatives, so one without a name leaves all nodes open.
 */
function requiredNames(pod: Pod): ReadonlySet<string> | undefined {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    const lists = (term.matchFields ?? [])
      .filter((field) => field.key === 'metadata.name' && field.operator === 'In')
      .map((field) => field.values ?? []);
    const [first, ...rest] = lists;
    if (first === undefined) return undefined;
    for (const name of first) if (rest.every((list) => list.includes(name))) names.add(name);
  }
  return names;
}
