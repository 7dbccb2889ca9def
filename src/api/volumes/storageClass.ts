import { ownProperty } from '../../base/ownProperty.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../types.ts';

export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const BETA_DEFAULT_CLASS = 'storageclass.beta.kubernetes.io/is-default-class';

/**
 * The class of a claim or a volume. '' means a volume without a class; undefined means that the claim names no class
 * (component-helpers `storage/volume/helpers.go`).
 */
export function classOf(
  object: Pick<PersistentVolumeClaim | PersistentVolume, 'metadata' | 'spec'>,
): string | undefined {
  return ownProperty(object.metadata.annotations, BETA_STORAGE_CLASS) ?? object.spec.storageClassName;
}

export function isDefaultClass({ metadata }: Pick<StorageClass, 'metadata'>): boolean {
  const { annotations } = metadata;
  return (
    ownProperty(annotations, DEFAULT_CLASS) === 'true' ||
    ownProperty(annotations, BETA_DEFAULT_CLASS) === 'true'
  );
}

/**
 * The newest of the classes that are marked as default; if several are equally new, the first by name
 * (`pkg/volume/util/storageclass.go`).
 */
export function defaultClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const [first] = classes.filter(isDefaultClass).sort((a, b) => {
    const [older, younger] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp));
    return (younger ?? 0) - (older ?? 0) || (a.metadata.name < b.metadata.name ? -1 : 1);
  });
  return first;
}

/** Whether claims of the class wait until a pod uses them. */
export const waitsForConsumer = ({ volumeBindingMode }: StorageClass): boolean =>
  volumeBindingMode === 'WaitForFirstConsumer';
