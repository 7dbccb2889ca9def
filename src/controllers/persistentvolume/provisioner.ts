import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import type { PersistentVolumeSpec } from '../../api/types.ts';
import type { Mutable } from '../../api/meta.ts';

/** What a volume is to be made for. */
export interface ProvisionRequest {
  /** The name that the volume gets. */
  readonly name: string;
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** Where the scheduler wants it; undefined where claims of the class do not wait for a pod. */
  readonly node: Node | undefined;
}

/** Where the data of a volume are. */
export type ProvisionedSource = Mutable<Pick<PersistentVolumeSpec, 'local' | 'nodeAffinity'>>;

/**
 * Makes volumes that nobody has made by hand, grows them and takes them away (`pkg/volume/plugins.go`
 * ProvisionableVolumePlugin, ExpandableVolumePlugin, DeletableVolumePlugin).
 */
export interface VolumeProvisioner {
  /** As classes name it. */
  readonly name: string;
  /** @throws Error with upstream's text for the event where it cannot be */
  provision(request: ProvisionRequest): ProvisionedSource;
  /**
   * Removes the data. `later`: not now; the volume will be woken when something has changed.
   * @throws Error that tells why it failed; it is tried again
   */
  remove(volume: PersistentVolume, signal: AbortSignal): Promise<'removed' | { readonly later: string }>;
}
