import { keyOf, parseKey } from '../../api/meta.ts';
import { persistentVolumeClaims, pods } from '../../api/resources.ts';
import { CLAIM_PROTECTION } from '../../api/volumes/protection.ts';
import { claimsOf } from '../../api/volumes/podClaims.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { indexByClaim, podsWithClaim } from '../podsByClaim.ts';
import { protect } from './finalizers.ts';

/** Claims go when the last pod that uses them has gone (`pkg/controller/volume/pvcprotection`). */
export function claimProtectionController({ client, informers, enqueue }: ControllerContext): Controller {
  const claims = informers.for(persistentVolumeClaims);
  const allPods = informers.for(pods);
  indexByClaim(allPods);
  const wake = ({ metadata }: PersistentVolumeClaim): void => {
    const isKept = metadata.finalizers?.includes(CLAIM_PROTECTION) === true;
    if ((metadata.deletionTimestamp !== undefined) === isKept) enqueue(keyOf(metadata));
  };
  claims.addHandler({ onAdd: wake, onUpdate: wake });
  allPods.addHandler({
    onDelete(pod) {
      for (const { name } of claimsOf(pod)) {
        const claim = claims.get(pod.metadata.namespace, name);
        if (claim !== undefined) wake(claim);
      }
    },
  });

  /** The pod may have been made a moment ago; a claim that it uses is not let go for a cache that is behind. */
  async function isInUse(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = claim.metadata;
    if (podsWithClaim(allPods, namespace, name).some((pod) => uses(pod, claim))) return true;
    const { items } = await client.list(pods, { namespace, signal });
    return items.some((pod) => uses(pod, claim));
  }

  return {
    name: 'persistentvolumeclaim-protection',
    workers: 1,
    async reconcile(key, signal) {
      const { namespace, name } = parseKey(key);
      const claim = claims.get(namespace, name);
      if (claim === undefined) return undefined;
      const rules = { finalizer: CLAIM_PROTECTION, isInUse: () => isInUse(claim, signal) };
      await protect(client, persistentVolumeClaims, claim, rules, signal);
      return undefined;
    },
  };
}

/** A pod without a node does not start with a claim that is on its way out: it keeps none. */
function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  return (
    (pod.spec.nodeName ?? '') !== '' &&
    pod.metadata.namespace === claim.metadata.namespace &&
    claimsOf(pod).some(({ name }) => name === claim.metadata.name)
  );
}
