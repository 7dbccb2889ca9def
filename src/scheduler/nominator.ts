import type { Pod } from '../api/types.ts';

/** Pods that preemption has promised a node to and that are not there yet (kube-scheduler `backend/queue/nominator.go`). */
export class Nominator {
  readonly #byNode = new Map<string, Map<string, Pod>>();
  readonly #nodeOf = new Map<string, string>();

  get size(): number {
    return this.#nodeOf.size;
  }

  /** Records the pod's nomination: `node`, or what its status says; '' takes it back. */
  set(pod: Pod, node = pod.status?.nominatedNodeName ?? ''): void {
    this.delete(pod);
    if (node === '') return;
    const uid = pod.metadata.uid;
    this.#nodeOf.set(uid, node);
    const pods = this.#byNode.get(node);
    if (pods === undefined) this.#byNode.set(node, new Map([[uid, pod]]));
    else pods.set(uid, pod);
  }

  delete(pod: Pod): void {
    const uid = pod.metadata.uid;
    const node = this.#nodeOf.get(uid);
    if (node === undefined) return;
    this.#nodeOf.delete(uid);
    const pods = this.#byNode.get(node);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(node);
  }

  nodeOf(pod: Pod): string | undefined {
    return this.#nodeOf.get(pod.metadata.uid);
  }

  on(node: string): Iterable<Pod> {
    return this.#byNode.get(node)?.values() ?? [];
  }
}
