import type { Pod } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';

export const BY_NODE = 'node';

/** Pods under the name of their node; those without one are under ''. Repeat calls are no harm. */
export function indexByNode(pods: Informer<Pod>): void {
  pods.addIndex(BY_NODE, (pod) => [pod.spec.nodeName ?? '']);
}
