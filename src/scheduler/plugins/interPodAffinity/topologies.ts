import { ownProperty } from '../../../base/ownProperty.ts';
import type { Node } from '../../../api/types.ts';
import type { NodeInfo, Snapshot } from '../../framework.ts';
import { podSelector } from '../../podSelector.ts';
import type { NamespaceLabels, Term } from './terms.ts';

/** Numbers by topology: node label, then value. */
export class Topologies {
  readonly #counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(label: string, value: string, amount: number): void {
    const counts = this.#counts.get(label);
    if (counts === undefined) this.#counts.set(label, new Map([[value, amount]]));
    else counts.set(value, (counts.get(value) ?? 0) + amount);
  }

  at(label: string, node: Node): number {
    const value = ownProperty(node.metadata.labels, label);
    return value === undefined ? 0 : (this.#counts.get(label)?.get(value) ?? 0);
  }

  /** Over all labels that the node has. */
  sum(node: Node): number {
    let sum = 0;
    for (const [label, counts] of this.#counts) {
      const value = ownProperty(node.metadata.labels, label);
      if (value !== undefined) sum += counts.get(value) ?? 0;
    }
    return sum;
  }

  addNode(label: string, { node }: NodeInfo, amount: number): void {
    const value = ownProperty(node.metadata.labels, label);
    if (value !== undefined) this.add(label, value, amount);
  }
}

/** Placed pods that all of the terms are about, by the topology of one label. */
export function matchingPods(
  terms: readonly Term[],
  label: string,
  snapshot: Snapshot,
  labels: NamespaceLabels,
): ReadonlyMap<string, number> {
  const [first, ...rest] = terms;
  if (first === undefined) return new Map();
  const common = rest.reduce<ReadonlySet<string>>((all, term) => {
    const others = labels.of(term);
    return new Set([...all].filter((namespace) => others.has(namespace)));
  }, labels.of(first));
  const selector = podSelector(...terms.map(({ matcher }) => matcher));
  const impossible = terms.some(({ matcher }) => matcher.requirements.length === 0 && !matcher.empty);
  if (impossible) return new Map();
  const counting = { ...selector, key: `leaving:${selector.key}`, leaving: true };
  const counts = [...common].map((namespace) => snapshot.counter(namespace, counting).byTopology(label));
  const [only] = counts;
  if (only !== undefined && counts.length === 1) return only;
  const sums = new Map<string, number>();
  for (const each of counts)
    for (const [value, count] of each) sums.set(value, (sums.get(value) ?? 0) + count);
  return sums;
}
