import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import type { PersistentVolumeSpec } from '../../api/types.ts';
import type { Mutable } from '../../api/meta.ts';

/** The request for a new volume. */
export interface ProvisionRequest {
  /** The name of the new volume. */
  readonly name: string;
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** The node that the scheduler chose; undefined if claims of the class do not wait for a pod. */
  readonly node: Node | undefined;
}

/** The source of a new volume: where its data are. */
export type ProvisionedSource = Mutable<Pick<PersistentVolumeSpec, 'local' | 'nodeAffinity'>>;

/**
 * Provisions, expands and deletes volumes (`pkg/volume/plugins.go` ProvisionableVolumePlugin, ExpandableVolumePlugin,
 * DeletableVolumePlugin).
 */
export interface VolumeProvisioner {
  /** The name that classes use for it. */
  readonly name: string;
  /** @throws Error with upstream's text for the event if the volume cannot be made */
  provision(request: ProvisionRequest): ProvisionedSource;
  /**
   * Removes the data. `later`: they cannot be removed now, and an event will wake the volume again.
   * @throws Error if removing failed; it is tried again
   */
  remove(volume: PersistentVolume, signal: AbortSignal): Promise<'removed' | { readonly later: string }>;
}
