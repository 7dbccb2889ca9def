import { controllerOf } from '../meta.ts';
import type { PersistentVolumeClaim, Pod } from '../types.ts';

/** A claim that a pod uses. */
export interface PodClaim {
  readonly name: string;
  /** The pod's volume that uses the claim. */
  readonly volume: string;
  /** The claim is made for the pod and deleted with it (KEP-1698). */
  readonly isEphemeral: boolean;
}

const NONE: readonly PodClaim[] = [];

/** `POD-VOLUME`: the claim of a generic ephemeral volume (component-helpers `storage/ephemeral`). */
export const ephemeralClaimName = (pod: string, volume: string): string => `${pod}-${volume}`;

/** The claims of a pod's volumes. Nearly all pods have none: for them this is one cheap check. */
export function claimsOf({ metadata, spec }: Pod): readonly PodClaim[] {
  let claims: PodClaim[] | undefined;
  for (const { name: volume, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) {
      (claims ??= []).push({ name: persistentVolumeClaim.claimName, volume, isEphemeral: false });
    } else if (ephemeral !== undefined) {
      (claims ??= []).push({ name: ephemeralClaimName(metadata.name, volume), volume, isEphemeral: true });
    }
  }
  return claims ?? NONE;
}

/**
 * Upstream's message if a claim has the name of an ephemeral one and another owner; undefined if its owner is the pod.
 */
export function whyNotOfPod(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const of = `${claim.metadata.namespace}/${claim.metadata.name}`;
  return `PVC ${of} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
}
