import { ownProperty } from '../../base/ownProperty.ts';
import { type Draft, draftOf, type KubeObject } from '../meta.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../types.ts';

/** On a claim: its binding was completed once. The value has no meaning. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On a claim or a volume: the control plane bound it, not its author. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a claim: the node that the scheduler has chosen for the new volume. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On a claim: the provisioner that should make its volume. Some provisioners still read the older name. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** Keeps a volume until its data have been removed (KEP-2644). */
export const VOLUME_DELETION_FINALIZER = 'kubernetes.io/pv-controller';

export const hasAnnotation = ({ metadata }: Pick<KubeObject, 'metadata'>, name: string): boolean =>
  ownProperty(metadata.annotations, name) !== undefined;

/**
 * Whether a volume is reserved for a claim: by name, and by uid if it names one (component-helpers `pv_helpers.go`).
 */
export function isReservedFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  return (
    claimRef !== undefined &&
    claimRef.name === metadata.name &&
    claimRef.namespace === metadata.namespace &&
    ((claimRef.uid ?? '') === '' || claimRef.uid === metadata.uid)
  );
}

/** Whether a claim and its volume refer to each other. */
export const isFullyBound = (claim: PersistentVolumeClaim): boolean =>
  (claim.spec.volumeName ?? '') !== '' && hasAnnotation(claim, BIND_COMPLETED);

/** The volume, bound to the claim; undefined if it is bound already (`GetBindVolumeToClaim`). */
export function boundToClaim(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Draft<PersistentVolume> | undefined {
  const reserved = isReservedFor(volume, claim);
  if (reserved && volume.spec.claimRef?.uid === claim.metadata.uid) return undefined;
  const draft = draftOf(volume);
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  draft.spec.claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
    uid,
    resourceVersion,
  };
  if (!reserved) draft.metadata.annotations = { ...draft.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return draft;
}

/** The claim, bound to the volume; undefined if it is bound already. */
export function boundToVolume(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Draft<PersistentVolumeClaim> | undefined {
  const { name } = volume.metadata;
  const named = claim.spec.volumeName === name;
  if (named && hasAnnotation(claim, BIND_COMPLETED)) return undefined;
  const draft = draftOf(claim);
  draft.spec.volumeName = name;
  draft.metadata.annotations = {
    ...draft.metadata.annotations,
    ...(named ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
    [BIND_COMPLETED]: 'yes',
  };
  return draft;
}
