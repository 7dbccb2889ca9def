import type { Pod } from '../api/types.ts';
import { claimsOf } from '../api/volumes/podClaims.ts';
import type { Informer, Lister } from '../client/informer.ts';

const BY_CLAIM = 'persistentVolumeClaim';

/** Pods under the claims that they use. Repeat calls are no harm. */
export function indexByClaim(pods: Informer<Pod>): void {
  pods.addIndex(BY_CLAIM, (pod) => claimsOf(pod).map(({ name }) => `${pod.metadata.namespace}/${name}`));
}

export const podsWithClaim = (pods: Lister<Pod>, namespace: string, name: string): readonly Pod[] =>
  pods.byIndex(BY_CLAIM, `${namespace}/${name}`);
