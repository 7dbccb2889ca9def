import type { PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { claimsOf } from '../../api/volumes/podClaims.ts';
import type { QueueingHint } from '../framework.ts';

/** A claim's change helps the pods that use it, and no others. */
export function usesClaim(pod: Pod, _old: unknown, current: unknown): QueueingHint {
  const { namespace, name } = (current as PersistentVolumeClaim).metadata;
  const isUsed = pod.metadata.namespace === namespace && claimsOf(pod).some((claim) => claim.name === name);
  return isUsed ? 'Queue' : 'QueueSkip';
}
