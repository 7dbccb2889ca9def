import {
  BOUND_BY_CONTROLLER,
  hasAnnotation,
  isReservedFor,
  BIND_COMPLETED,
  SELECTED_NODE,
} from '../../api/volumes/binding.ts';
import { findMatchingVolume, whyUnfit } from '../../api/volumes/matching.ts';
import { classOf, waitsForConsumer } from '../../api/volumes/storageClass.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';

export interface ClaimEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The next action for a claim. */
export type ClaimPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | { readonly do: 'assignClass'; readonly name: string }
  | { readonly do: 'provision' }
  /** The event of a lost claim is written once, when the phase changes. */
  | { readonly do: 'phase'; readonly phase: 'Pending' | 'Lost'; readonly event?: ClaimEvent };

/** The state that a claim's plan is made from. */
export interface ClaimView {
  readonly claim: PersistentVolumeClaim;
  /** The volume that the claim names. */
  readonly named: PersistentVolume | undefined;
  /** All volumes that it could get. */
  readonly volumes: readonly PersistentVolume[];
  /** Names of volumes that are being bound to other claims. */
  readonly taken: ReadonlySet<string>;
  /** The class that the claim names, if it exists. */
  readonly storageClass: StorageClass | undefined;
  readonly defaultClass: StorageClass | undefined;
  /** Names of pods that use the claim and have no node yet. */
  waitingPods(): readonly string[];
}

const normal = (reason: string, message: string): ClaimEvent => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): ClaimEvent => ({ type: 'Warning', reason, message });

/** `pkg/controller/volume/persistentvolume/pv_controller.go` syncClaim. */
export function planClaim(view: ClaimView): ClaimPlan {
  const { claim, named } = view;
  if (hasAnnotation(claim, BIND_COMPLETED)) return planBoundClaim(claim, named);
  if (claim.metadata.deletionTimestamp !== undefined) return { do: 'nothing' };
  return (claim.spec.volumeName ?? '') === '' ? planFreeClaim(view) : planNamedClaim(claim, named);
}

/** A claim that takes any volume that fits. */
function planFreeClaim(view: ClaimView): ClaimPlan {
  const { claim, volumes, taken, storageClass, defaultClass } = view;
  const waits = storageClass !== undefined && waitsForConsumer(storageClass);
  const volume = findMatchingVolume(claim, volumes, { waitsForConsumer: waits, excluded: taken });
  if (volume !== undefined) return { do: 'bind', volume };
  if (classOf(claim) === undefined && defaultClass !== undefined) {
    return { do: 'assignClass', name: defaultClass.metadata.name };
  }
  if (waits && !hasAnnotation(claim, SELECTED_NODE)) {
    return { do: 'phase', phase: 'Pending', event: waitingEvent(view.waitingPods()) };
  }
  if ((classOf(claim) ?? '') !== '') return { do: 'provision' };
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { do: 'phase', phase: 'Pending', event: normal('FailedBinding', message) };
}

function waitingEvent(pods: readonly string[]): ClaimEvent {
  if (pods.length === 0) {
    return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  const which = pods.length === 1 ? `pod ${pods[0] ?? ''}` : `pods ${pods.join(',')}`;
  return normal('WaitForPodScheduled', `waiting for ${which} to be scheduled`);
}

/** A claim that names a certain volume. */
function planNamedClaim(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  if (volume === undefined) return { do: 'phase', phase: 'Pending' };
  const name = JSON.stringify(volume.metadata.name);
  if (volume.spec.claimRef === undefined) {
    const why = whyUnfit(volume, claim);
    if (why === undefined) return { do: 'bind', volume };
    const event = warning('VolumeMismatch', `Cannot bind to requested volume ${name}: ${why}`);
    return { do: 'phase', phase: 'Pending', event };
  }
  if (isReservedFor(volume, claim)) return { do: 'bind', volume };
  const event = warning('FailedBinding', `volume ${name} already bound to a different claim.`);
  return hasAnnotation(claim, BOUND_BY_CONTROLLER)
    ? { do: 'nothing' }
    : { do: 'phase', phase: 'Pending', event };
}

/** A claim that had its volume once. A lost claim stays lost. */
function planBoundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({
    do: 'phase',
    phase: 'Lost',
    event: warning(reason, message),
  });
  if ((claim.spec.volumeName ?? '') === '') {
    return lost(
      'ClaimLost',
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    );
  }
  if (volume === undefined) {
    return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  }
  const { claimRef } = volume.spec;
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return { do: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}
