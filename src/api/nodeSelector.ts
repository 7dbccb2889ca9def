import { ownProperty } from '../base/ownProperty.ts';
import { LabelMatcher, type LabelOperator, type LabelRequirement, nothing } from './labels.ts';
import type { Node, NodeSelector, NodeSelectorTerm, Pod } from './types.ts';

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
  ['Gt', 'gt'],
  ['Lt', 'lt'],
]);

interface CompiledTerm {
  readonly labels: LabelMatcher;
  readonly fields: LabelMatcher;
}

/** Terms are asked about very many nodes: compiled at first use. */
const compiled = new WeakMap<NodeSelectorTerm, CompiledTerm>();

/** Whether a node matches any of the terms (component-helpers `scheduling/corev1/nodeaffinity`). */
export function matchesNodeSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** All requirements of a term; a term without any matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  let matchers = compiled.get(term);
  if (matchers === undefined) {
    matchers = { labels: compile(term.matchExpressions), fields: compile(term.matchFields) };
    compiled.set(term, matchers);
  }
  const { labels, fields } = matchers;
  if (labels.empty && fields.empty) return false;
  return (
    labels.matches(node.metadata.labels) &&
    (fields.empty || fields.matches({ 'metadata.name': node.metadata.name }))
  );
}

function compile(requirements: NodeSelectorTerm['matchExpressions'] = []): LabelMatcher {
  const known = requirements.map(({ key, operator, values = [] }) => ({
    key,
    operator: OPERATORS.get(operator),
    values,
  }));
  const valid = known.filter(
    (requirement): requirement is LabelRequirement => requirement.operator !== undefined,
  );
  return valid.length < known.length ? nothing : new LabelMatcher(valid);
}

/** spec.nodeSelector and the required node affinity of a pod together. */
export function matchesRequired(pod: Pick<Pod, 'spec'>, node: Node): boolean {
  const labels = node.metadata.labels;
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) {
    if (ownProperty(labels, key) !== value) return false;
  }
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}

export function hasNodeRequirements(pod: Pod): boolean {
  return (
    (pod.spec.nodeSelector !== undefined && Object.keys(pod.spec.nodeSelector).length > 0) ||
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
  );
}
