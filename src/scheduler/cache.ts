import type { Node, Pod } from '../api/types.ts';
import { AmountTable } from './amounts.ts';
import type { NodeInfo, Snapshot } from './framework.ts';
import { hasPodAffinity, TrackedNode } from './nodeInfo.ts';
import { type PodCounter, PodCounters, type PodSelector } from './podCounters.ts';
import { interleaveZones, zoneOf } from './zones.ts';

interface PodState {
  pod: Pod;
  /** Decided here, not yet seen as bound. */
  assumed: boolean;
}

/**
 * What the scheduler believes about nodes and the pods on them: what informers told, and pods it has just placed
 * (kube-scheduler `backend/cache`). A pod that was assumed is confirmed by the informer or forgotten when its binding
 * fails; upstream lets no assumed pod expire either.
 */
export class SchedulerCache implements Snapshot {
  readonly #nodes = new Map<string, TrackedNode>();
  readonly #amounts = new AmountTable(64);
  readonly #pods = new Map<string, PodState>();
  /** Pods bound to nodes that are not known (yet, or any more), by node and uid. */
  readonly #orphans = new Map<string, Map<string, Pod>>();
  readonly #imageNodes = new Map<string, number>();
  readonly #affinityNodes = new Set<TrackedNode>();
  readonly #counters: PodCounters;
  #order: readonly TrackedNode[] | undefined;

  constructor() {
    this.#counters = new PodCounters({
      podsOf: (namespace) => this.#podsOf(namespace),
      labelsOf: (name) => this.#nodes.get(name)?.node.metadata.labels,
    });
  }

  get nodes(): readonly NodeInfo[] {
    this.#order ??= interleaveZones([...this.#nodes.values()]);
    return this.#order;
  }

  get(name: string): TrackedNode | undefined {
    return this.#nodes.get(name);
  }

  nodesWithImage(image: string): number {
    return this.#imageNodes.get(image) ?? 0;
  }

  nodesWithAffinityPods(): Iterable<NodeInfo> {
    return this.#affinityNodes;
  }

  counter(namespace: string, selector: PodSelector): PodCounter {
    return this.#counters.get(namespace, selector);
  }

  addNode(node: Node): void {
    const name = node.metadata.name;
    if (this.#nodes.has(name)) {
      this.updateNode(node);
      return;
    }
    const info = new TrackedNode(node, this.#amounts);
    this.#nodes.set(name, info);
    this.#countImages(info, 1);
    const orphans = this.#orphans.get(name);
    this.#orphans.delete(name);
    for (const pod of orphans?.values() ?? []) this.#place(pod);
    this.#order = undefined;
  }

  updateNode(node: Node): void {
    const info = this.#nodes.get(node.metadata.name);
    if (info === undefined) {
      this.addNode(node);
      return;
    }
    const old = info.node;
    this.#countImages(info, -1);
    info.setNode(node);
    this.#countImages(info, 1);
    if (zoneOf(old) !== zoneOf(node)) this.#order = undefined;
    if (!sameLabels(old, node)) this.#counters.topologyChanged();
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    const pods = [...info.pods];
    for (const pod of pods) this.#displace(pod);
    this.#nodes.delete(name);
    info.release();
    this.#countImages(info, -1);
    this.#order = undefined;
    for (const pod of pods) this.#place(pod);
  }

  /** The pod is counted on `node` from now on. Returns the pod as it will look. */
  assume(pod: Pod, node: string): Pod {
    const assumed: Pod = { ...pod, spec: { ...pod.spec, nodeName: node } };
    this.#pods.set(pod.metadata.uid, { pod: assumed, assumed: true });
    this.#place(assumed);
    return assumed;
  }

  /** Takes an assumption back; nothing where the informer has confirmed it meanwhile. */
  forget(pod: Pod): void {
    const state = this.#pods.get(pod.metadata.uid);
    if (state?.assumed === true) this.removePod(pod);
  }

  isAssumed(pod: Pod): boolean {
    return this.#pods.get(pod.metadata.uid)?.assumed === true;
  }

  /** An informer shows a bound pod: new, changed, or the confirmation of an assumption. */
  setPod(pod: Pod): void {
    const state = this.#pods.get(pod.metadata.uid);
    if (state !== undefined) this.#displace(state.pod);
    this.#pods.set(pod.metadata.uid, { pod, assumed: false });
    this.#place(pod);
  }

  removePod(pod: Pod): void {
    const state = this.#pods.get(pod.metadata.uid);
    if (state === undefined) return;
    this.#pods.delete(pod.metadata.uid);
    this.#displace(state.pod);
  }

  without<T>(pods: readonly Pod[], action: () => T): T {
    for (const pod of pods) this.#displace(pod);
    try {
      return action();
    } finally {
      for (const pod of pods) this.#place(pod);
    }
  }

  #place(pod: Pod): void {
    const name = pod.spec.nodeName ?? '';
    const info = this.#nodes.get(name);
    if (info === undefined) {
      const orphans = this.#orphans.get(name);
      if (orphans === undefined) this.#orphans.set(name, new Map([[pod.metadata.uid, pod]]));
      else orphans.set(pod.metadata.uid, pod);
      return;
    }
    info.addPod(pod);
    if (hasPodAffinity(pod)) this.#affinityNodes.add(info);
    this.#counters.podAdded(pod, name);
  }

  #displace(pod: Pod): void {
    const name = pod.spec.nodeName ?? '';
    const info = this.#nodes.get(name);
    if (info === undefined) {
      const orphans = this.#orphans.get(name);
      orphans?.delete(pod.metadata.uid);
      if (orphans?.size === 0) this.#orphans.delete(name);
      return;
    }
    if (!info.removePod(pod)) return;
    if (info.podsWithAffinity.length === 0) this.#affinityNodes.delete(info);
    this.#counters.podRemoved(pod, name);
  }

  *#podsOf(namespace: string): Iterable<readonly [Pod, string]> {
    for (const info of this.#nodes.values()) {
      for (const pod of info.pods) {
        if (pod.metadata.namespace === namespace) yield [pod, info.node.metadata.name];
      }
    }
  }

  #countImages(info: TrackedNode, change: 1 | -1): void {
    for (const image of info.images.keys()) {
      const count = (this.#imageNodes.get(image) ?? 0) + change;
      if (count === 0) this.#imageNodes.delete(image);
      else this.#imageNodes.set(image, count);
    }
  }
}

function sameLabels(a: Node, b: Node): boolean {
  const left = a.metadata.labels ?? {};
  const right = b.metadata.labels ?? {};
  if (left === right) return true;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
