import { matcherOf } from '../labels.ts';
import { matchesNodeSelector } from '../nodeSelector.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../types.ts';
import { isReservedFor } from './binding.ts';
import { classOf } from './storageClass.ts';

export interface MatchOptions {
  /**
   * The scheduler sets it: only volumes that this node can reach match. The binder leaves it out: volumes of any node
   * match.
   */
  readonly node?: Node;
  /**
   * True for the binder: it leaves claims that wait for a pod to the scheduler, unless a volume is reserved for them.
   */
  readonly waitsForConsumer?: boolean;
  /** Names of volumes that are being bound to other claims. */
  readonly excluded?: ReadonlySet<string>;
}

/**
 * Finds the volume that fits a claim best: one that is reserved for it, else the smallest that is large enough
 * (component-helpers `storage/volume/pv_helpers.go` FindMatchingVolume).
 */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { node, waitsForConsumer = false, excluded }: MatchOptions = {},
): PersistentVolume | undefined {
  const matcher = claim.spec.selector === undefined ? undefined : matcherOf(claim.spec.selector);
  const wantedClass = classOf(claim) ?? '';
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (excluded?.has(volume.metadata.name) === true) continue;
    const reserved = isReservedFor(volume, claim);
    if (volume.spec.claimRef !== undefined && !reserved) continue;
    if (isTooSmall(volume, claim) || !hasForm(volume, claim)) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    const reachable = node === undefined || isReachable(volume, node);
    if (reserved) return reachable ? volume : undefined;
    if (node === undefined && waitsForConsumer) continue;
    if (volume.status?.phase !== 'Available' || !reachable) continue;
    if (matcher?.matches(volume.metadata.labels) === false) continue;
    if ((classOf(volume) ?? '') !== wantedClass || !hasModes(volume, claim)) continue;
    if (best === undefined || compareSizes(volume, best) < 0) best = volume;
  }
  return best;
}

/**
 * Why the volume that a claim names does not fit; undefined if it fits (`pv_controller.go` checkVolumeSatisfyClaim).
 */
export function whyUnfit(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) {
    return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`;
  }
  if (isTooSmall(volume, claim)) return 'requested PV is too small';
  if ((classOf(claim) ?? '') !== (classOf(volume) ?? '')) return 'storageClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  if (!hasForm(volume, claim)) return 'volumeAttributesClassName does not match';
  return hasModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/** Whether a node can reach the volume's data. */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return required === undefined || matchesNodeSelector(required, node);
}

const modeOf = ({ spec }: PersistentVolume | PersistentVolumeClaim): string =>
  spec.volumeMode ?? 'Filesystem';

export const sizeOf = (amounts: Readonly<Record<string, string>> | undefined): string =>
  amounts?.['storage'] ?? '0';

function isTooSmall({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = parseQuantity(sizeOf(claim.spec.resources?.requests));
  return compareQuantities(parseQuantity(sizeOf(spec.capacity)), wanted) < 0;
}

function compareSizes(a: PersistentVolume, b: PersistentVolume): number {
  return compareQuantities(parseQuantity(sizeOf(a.spec.capacity)), parseQuantity(sizeOf(b.spec.capacity)));
}

const hasForm = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  modeOf(volume) === modeOf(claim) &&
  (volume.spec.volumeAttributesClassName ?? '') === (claim.spec.volumeAttributesClassName ?? '');

const hasModes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode) === true);
