import { equal } from '../../../api/fields/equal.ts';
import { MIRROR_ANNOTATION } from '../../../api/kinds/pod/validation.ts';
import { podReferences, type ReferencedResource } from '../../../api/podSpec/references.ts';
import { pods } from '../../../api/resources.ts';
import type { Pod } from '../../../api/types.ts';
import type { Disposable } from '../../../base/disposable.ts';
import type { Cache } from '../../../storage/cache.ts';
import { keyOfObject, prefixOf } from '../../registry/keys.ts';

/**
 * Which node needs what because of the pods that are bound to it (`plugin/pkg/auth/authorizer/node/graph.go`). Follows
 * the watch cache change by change.
 */
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
      // A pod's references hardly change after it is bound; most changes are of its status.
      if (pod !== undefined && old !== undefined && sameReferences(pod, old)) return;
      if (pod !== undefined) this.#count(pod, 1);
      if (old !== undefined) this.#count(old, -1);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  isReferenced(node: string, resource: ReferencedResource, namespace: string, name: string): boolean {
    return this.#references.get(keyOf(resource, namespace, name))?.has(node) === true;
  }

  isBoundTo(node: string, namespace: string, podName: string): boolean {
    const pod = this.#cache.get(keyOfObject(pods, namespace, podName))?.object as Pod | undefined;
    return pod?.spec.nodeName === node;
  }

  /** An object that may be of a kind that is not served. */
  stored<T>(resource: { group: string; plural: string }, name: string, namespace = ''): T | undefined {
    const at = { ...resource, namespaced: namespace !== '' };
    return this.#cache.get(keyOfObject(at, namespace, name))?.object as T | undefined;
  }

  #count(pod: Pod, by: 1 | -1): void {
    const node = pod.spec.nodeName ?? '';
    // A node writes its mirror pods itself: what stands in one gives it nothing.
    if (node === '' || isMirror(pod)) return;
    const { namespace } = pod.metadata;
    const references = podReferences(pod).filter(({ name }) => name !== '');
    const keys = references.map(({ resource, name }) => keyOf(resource, namespace, name));
    for (const key of new Set(keys)) {
      const nodes = this.#references.get(key) ?? new Map<string, number>();
      const count = (nodes.get(node) ?? 0) + by;
      if (count > 0) nodes.set(node, count);
      else nodes.delete(node);
      if (nodes.size > 0) this.#references.set(key, nodes);
      else this.#references.delete(key);
    }
  }
}

const keyOf = (resource: ReferencedResource, namespace: string, name: string): string =>
  `${resource}/${namespace}/${name}`;

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;

function sameReferences(pod: Pod, old: Pod): boolean {
  return (
    pod.spec.nodeName === old.spec.nodeName &&
    pod.spec.ephemeralContainers?.length === old.spec.ephemeralContainers?.length &&
    isMirror(pod) === isMirror(old) &&
    equal(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses) &&
    equal(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus)
  );
}
