import { ownProperty } from '../base/ownProperty.ts';
import type { Pod } from '../api/types.ts';

/** A compiled selector over pod labels. */
export interface PodSelector {
  /** Two selectors with the same text select the same pods. */
  readonly key: string;
  matches(labels: Readonly<Record<string, string>>): boolean;
  /** A label that every selected pod has, where the selector asks for one: lets a change skip what cannot match. */
  readonly pair?: { readonly key: string; readonly value: string } | undefined;
  /** Counts pods on their way out as well; then `key` must say so. Default false. */
  readonly leaving?: boolean;
}

/** How many pods match one selector in one namespace. */
export interface PodCounter {
  on(node: string): number;
  /** Nodes with at least one matching pod. */
  readonly perNode: ReadonlyMap<string, number>;
  /** Matching pods by the value of a node label; only values with at least one. */
  byTopology(label: string): ReadonlyMap<string, number>;
}

/** How many counters are kept; the least recently used one goes first. */
const MAX_COUNTERS = 1024;

interface Source {
  /** Every counted pod of a namespace with its node's name. */
  podsOf(namespace: string): Iterable<readonly [pod: Pod, node: string]>;
  labelsOf(node: string): Readonly<Record<string, string>> | undefined;
}

class Counter implements PodCounter {
  readonly key: string;
  readonly bucket: string;
  readonly selector: PodSelector;
  readonly perNode = new Map<string, number>();
  readonly #topologies = new Map<string, Map<string, number>>();
  readonly #labelsOf: Source['labelsOf'];

  constructor(key: string, bucket: string, selector: PodSelector, labelsOf: Source['labelsOf']) {
    this.key = key;
    this.bucket = bucket;
    this.selector = selector;
    this.#labelsOf = labelsOf;
  }

  on(node: string): number {
    return this.perNode.get(node) ?? 0;
  }

  byTopology(label: string): ReadonlyMap<string, number> {
    let counts = this.#topologies.get(label);
    if (counts === undefined) {
      counts = new Map();
      for (const [node, count] of this.perNode) this.#countAt(counts, label, node, count);
      this.#topologies.set(label, counts);
    }
    return counts;
  }

  count(pod: Pod, node: string, change: 1 | -1): void {
    if (pod.metadata.deletionTimestamp !== undefined && this.selector.leaving !== true) return;
    if (!this.selector.matches(pod.metadata.labels ?? NO_LABELS)) return;
    bump(this.perNode, node, change);
    for (const [label, counts] of this.#topologies) this.#countAt(counts, label, node, change);
  }

  forgetTopologies(): void {
    this.#topologies.clear();
  }

  #countAt(counts: Map<string, number>, label: string, node: string, change: number): void {
    const value = ownProperty(this.#labelsOf(node), label);
    if (value !== undefined) bump(counts, value, change);
  }
}

const NO_LABELS: Readonly<Record<string, string>> = {};

/**
 * Counters by namespace and selector, made at first use and then kept up to date by every pod that comes or goes.
 * Upstream counts all pods of all nodes again in every cycle; here a cycle reads a number.
 */
export class PodCounters {
  readonly #source: Source;
  /** In order of last use. */
  readonly #counters = new Map<string, Counter>();
  /** By `namespace/label=value`, or `namespace/` for selectors without such a label. */
  readonly #buckets = new Map<string, Set<Counter>>();

  constructor(source: Source) {
    this.#source = source;
  }

  get(namespace: string, selector: PodSelector): PodCounter {
    const key = `${namespace}/${selector.key}`;
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      counter = this.#create(key, namespace, selector);
    } else {
      this.#counters.delete(key);
    }
    this.#counters.set(key, counter);
    return counter;
  }

  podAdded(pod: Pod, node: string): void {
    this.#change(pod, node, 1);
  }

  podRemoved(pod: Pod, node: string): void {
    this.#change(pod, node, -1);
  }

  /** Labels of nodes have changed, or a node with pods came or went. */
  topologyChanged(): void {
    for (const counter of this.#counters.values()) counter.forgetTopologies();
  }

  #create(key: string, namespace: string, selector: PodSelector): Counter {
    const { pair } = selector;
    const bucket = pair === undefined ? `${namespace}/` : `${namespace}/${pair.key}=${pair.value}`;
    const counter = new Counter(key, bucket, selector, (node) => this.#source.labelsOf(node));
    for (const [pod, node] of this.#source.podsOf(namespace)) {
      counter.count(pod, node, 1);
    }
    const siblings = this.#buckets.get(bucket);
    if (siblings === undefined) this.#buckets.set(bucket, new Set([counter]));
    else siblings.add(counter);
    if (this.#counters.size >= MAX_COUNTERS) {
      const oldest = this.#counters.values().next().value;
      if (oldest !== undefined) this.#drop(oldest);
    }
    return counter;
  }

  #drop(counter: Counter): void {
    this.#counters.delete(counter.key);
    const siblings = this.#buckets.get(counter.bucket);
    siblings?.delete(counter);
    if (siblings?.size === 0) this.#buckets.delete(counter.bucket);
  }

  #change(pod: Pod, node: string, change: 1 | -1): void {
    if (this.#counters.size === 0) return;
    const namespace = pod.metadata.namespace;
    this.#changeBucket(`${namespace}/`, pod, node, change);
    for (const [key, value] of Object.entries(pod.metadata.labels ?? NO_LABELS)) {
      this.#changeBucket(`${namespace}/${key}=${value}`, pod, node, change);
    }
  }

  #changeBucket(bucket: string, pod: Pod, node: string, change: 1 | -1): void {
    const counters = this.#buckets.get(bucket);
    if (counters !== undefined) for (const counter of counters) counter.count(pod, node, change);
  }
}

function bump(counts: Map<string, number>, key: string, change: number): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
