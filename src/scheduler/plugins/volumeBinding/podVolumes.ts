import { ownProperty } from '../../../base/ownProperty.ts';
import { compareQuantities, parseQuantity } from '../../../api/quantity.ts';
import { isFullyBound, isReservedFor, SELECTED_NODE } from '../../../api/volumes/binding.ts';
import { findMatchingVolume, isReachable, sizeOf } from '../../../api/volumes/matching.ts';
import { claimsOf, type PodClaim, whyNotOfPod } from '../../../api/volumes/podClaims.ts';
import { classOf, waitsForConsumer } from '../../../api/volumes/storageClass.ts';
import { hasTopology } from '../../../api/volumes/topology.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../../api/types.ts';
import type { Lister } from '../../../client/informer.ts';

export const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
export const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
export const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
export const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
export const UNBOUND_IMMEDIATE = 'pod has unbound immediate PersistentVolumeClaims';

/** A class that makes no volumes. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** Claims and volumes as they will be once what has been decided is written. */
export interface VolumeView {
  readonly claims: Pick<Lister<PersistentVolumeClaim>, 'get'>;
  readonly volumes: Pick<Lister<PersistentVolume>, 'get' | 'list'>;
  readonly classes: Pick<Lister<StorageClass>, 'get'>;
  /** Whether there is room for a new volume where the node reaches it. */
  hasCapacity(storageClass: StorageClass, claim: PersistentVolumeClaim, node: Node): boolean;
}

/** A pod's claims, by what the scheduler has to do about them (`plugins/volumebinding/binder.go`). */
export interface PodVolumes {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Those that wait for a node to be chosen, the smallest first. */
  readonly delayed: readonly PersistentVolumeClaim[];
  /** Volumes that one of those could get on some node: found once, as nodes are many. */
  readonly free: readonly PersistentVolume[];
}

/** What is to be done for a pod on one node. */
export interface Placement {
  readonly bind: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  readonly provision: readonly PersistentVolumeClaim[];
}

/** The claims of a pod, or upstream's words of why it can run nowhere. */
export function podVolumesOf(pod: Pod, view: VolumeView): PodVolumes | string {
  const bound: PersistentVolumeClaim[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  let immediate = false;
  for (const used of claimsOf(pod)) {
    const claim = view.claims.get(pod.metadata.namespace, used.name);
    const why = whyUnusable(pod, used, claim);
    if (why !== undefined || claim === undefined) return why ?? '';
    if (isFullyBound(claim)) bound.push(claim);
    else if (isDelayed(claim, view)) delayed.push(claim);
    else immediate = true;
  }
  if (immediate) return UNBOUND_IMMEDIATE;
  if (delayed.length > 1) delayed.sort(bySize);
  const free =
    delayed.length === 0
      ? []
      : view.volumes.list().filter((volume) => delayed.some((claim) => isFreeFor(volume, claim)));
  return { bound, delayed, free };
}

const isFreeFor = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  volume.spec.claimRef === undefined
    ? (classOf(volume) ?? '') === (classOf(claim) ?? '')
    : isReservedFor(volume, claim);

function whyUnusable(
  pod: Pod,
  { name, isEphemeral }: PodClaim,
  claim: PersistentVolumeClaim | undefined,
): string | undefined {
  const quoted = JSON.stringify(name);
  if (claim === undefined) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`
      : `persistentvolumeclaim ${quoted} not found`;
  }
  if (claim.status?.phase === 'Lost') {
    const volume = JSON.stringify(claim.spec.volumeName ?? '');
    return `persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${volume}`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) {
    return `persistentvolumeclaim ${quoted} is being deleted`;
  }
  return isEphemeral ? whyNotOfPod(pod, claim) : undefined;
}

/** A claim that names a volume waits for nobody. */
function isDelayed(claim: PersistentVolumeClaim, { classes }: VolumeView): boolean {
  const storageClass = classes.get(undefined, classOf(claim) ?? '');
  return storageClass !== undefined && waitsForConsumer(storageClass) && (claim.spec.volumeName ?? '') === '';
}

const bySize = (a: PersistentVolumeClaim, b: PersistentVolumeClaim): number =>
  compareQuantities(
    parseQuantity(sizeOf(a.spec.resources?.requests)),
    parseQuantity(sizeOf(b.spec.resources?.requests)),
  );

/** What has to be done for the pod on a node; reasons where it cannot run there (`binder.go` FindPodVolumes). */
export function placeOn(
  node: Node,
  { bound, delayed, free }: PodVolumes,
  view: VolumeView,
): Placement | string[] {
  const reasons: string[] = [];
  const volumes = bound.map(({ spec }) => view.volumes.get(undefined, spec.volumeName ?? ''));
  if (volumes.some((volume) => volume !== undefined && !isReachable(volume, node)))
    reasons.push(NODE_CONFLICT);
  const placement = placeDelayed(node, delayed, free, view);
  if (typeof placement === 'string') reasons.push(placement);
  if (volumes.includes(undefined)) reasons.push(NO_VOLUME);
  return typeof placement === 'string' || reasons.length > 0 ? reasons : placement;
}

function placeDelayed(
  node: Node,
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[],
  view: VolumeView,
): Placement | string {
  const bind: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
  const provision: PersistentVolumeClaim[] = [];
  const chosen = new Set<string>();
  for (const claim of claims) {
    const selected = ownProperty(claim.metadata.annotations, SELECTED_NODE);
    if (selected !== undefined && selected !== node.metadata.name) return BIND_CONFLICT;
    const volume =
      selected === undefined ? findMatchingVolume(claim, volumes, { node, excluded: chosen }) : undefined;
    if (volume === undefined) {
      provision.push(claim);
    } else {
      chosen.add(volume.metadata.name);
      bind.push({ volume, claim });
    }
  }
  for (const claim of provision) {
    const why = whyNotProvisioned(claim, node, view);
    if (why !== undefined) return why;
  }
  return { bind, provision };
}

function whyNotProvisioned(claim: PersistentVolumeClaim, node: Node, view: VolumeView): string | undefined {
  const storageClass = view.classes.get(undefined, classOf(claim) ?? '');
  if (storageClass === undefined || storageClass.provisioner === NO_PROVISIONER) return BIND_CONFLICT;
  if (!hasTopology(storageClass.allowedTopologies, node)) return BIND_CONFLICT;
  return view.hasCapacity(storageClass, claim, node) ? undefined : NOT_ENOUGH_SPACE;
}
