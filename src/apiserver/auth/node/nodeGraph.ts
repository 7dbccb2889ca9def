import { pods } from '../../../api/resources.ts';
import type { Pod } from '../../../api/types.ts';
import type { Disposable } from '../../../base/disposable.ts';
import type { Cache } from '../../../storage/cache.ts';
import { keyOfObject, prefixOf } from '../../registry/keys.ts';
import { podReferences, type ReferencedKind, referenceKey } from './podReferences.ts';

/** Which node needs what because of the pods that are bound to it. Follows the watch cache change by change. */
export class NodeGraph implements Disposable {
  readonly #cache: Pick<Cache, 'get' | 'list' | 'onChange'>;
  /** By reference and node: how many of the node's pods name it. */
  readonly #references = new Map<string, Map<string, number>>();
  readonly #subscription: Disposable;

  constructor(cache: Pick<Cache, 'get' | 'list' | 'onChange'>) {
    this.#cache = cache;
    const prefix = prefixOf(pods, '');
    for (const { object } of cache.list(prefix)) this.#count(object as Pod, 1);
    this.#subscription = cache.onChange(prefix, ({ type, entry, previous }) => {
      const pod = type === 'put' ? (entry.object as Pod) : undefined;
      const old = previous?.object as Pod | undefined;
      // What a pod names is fixed once it is bound; most changes are of its status.
      if (pod !== undefined && old !== undefined && sameReferences(pod, old)) return;
      if (pod !== undefined) this.#count(pod, 1);
      if (old !== undefined) this.#count(old, -1);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  isReferenced(node: string, kind: ReferencedKind, namespace: string, name: string): boolean {
    return this.#references.get(referenceKey(kind, namespace, name))?.has(node) === true;
  }

  isBoundTo(node: string, namespace: string, podName: string): boolean {
    const pod = this.#cache.get(keyOfObject(pods, namespace, podName))?.object as Pod | undefined;
    return pod?.spec.nodeName === node;
  }

  #count(pod: Pod, by: 1 | -1): void {
    const node = pod.spec.nodeName ?? '';
    if (node === '') return;
    for (const reference of podReferences(pod)) {
      const nodes = this.#references.get(reference) ?? new Map<string, number>();
      const count = (nodes.get(node) ?? 0) + by;
      if (count > 0) nodes.set(node, count);
      else nodes.delete(node);
      if (nodes.size > 0) this.#references.set(reference, nodes);
      else this.#references.delete(reference);
    }
  }
}

function sameReferences(pod: Pod, old: Pod): boolean {
  return (
    pod.spec.nodeName === old.spec.nodeName &&
    pod.spec.ephemeralContainers?.length === old.spec.ephemeralContainers?.length
  );
}
