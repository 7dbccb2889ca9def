import { draftOf, keyOf } from '../../../api/meta.ts';
import { boundToClaim, SELECTED_NODE } from '../../../api/volumes/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.ts';
import type { Lister } from '../../../client/informer.ts';
import type { Placement } from './podVolumes.ts';

/** What a pod's placement changes: the objects as they are to be written, with the revision that they were decided on. */
export interface Assumed {
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
}

/** Decisions that the caches do not show yet. The next pod's decision builds on them (`util/assumecache`). */
export class Assumptions {
  readonly #volumes = new Map<string, PersistentVolume>();
  readonly #claims = new Map<string, PersistentVolumeClaim>();
  readonly #allVolumes: Lister<PersistentVolume>;
  readonly #allClaims: Lister<PersistentVolumeClaim>;

  constructor(volumes: Lister<PersistentVolume>, claims: Lister<PersistentVolumeClaim>) {
    this.#allVolumes = volumes;
    this.#allClaims = claims;
  }

  readonly claims = {
    get: (namespace: string | undefined, name: string): PersistentVolumeClaim | undefined =>
      this.#claims.get(keyOf({ namespace, name })) ?? this.#allClaims.get(namespace, name),
  };

  readonly volumes = {
    get: (_namespace: string | undefined, name: string): PersistentVolume | undefined =>
      this.#volumes.get(name) ?? this.#allVolumes.get(undefined, name),
    list: (): readonly PersistentVolume[] => {
      const all = this.#allVolumes.list();
      if (this.#volumes.size === 0) return all;
      return all.map((volume) => this.#volumes.get(volume.metadata.name) ?? volume);
    },
  };

  assume(node: string, { bind, provision }: Placement): Assumed {
    const volumes = bind.flatMap(({ volume, claim }) => {
      const draft = boundToClaim(volume, claim);
      return draft === undefined ? [] : [draft as unknown as PersistentVolume];
    });
    const claims = provision.map((claim) => {
      const draft = draftOf(claim);
      draft.metadata.annotations = { ...draft.metadata.annotations, [SELECTED_NODE]: node };
      return draft as unknown as PersistentVolumeClaim;
    });
    for (const volume of volumes) this.#volumes.set(volume.metadata.name, volume);
    for (const claim of claims) this.#claims.set(keyOf(claim.metadata), claim);
    return { volumes, claims };
  }

  /** Another pod may have decided about the same objects since: what it assumes stays. */
  drop({ volumes, claims }: Assumed): void {
    for (const volume of volumes) {
      if (this.#volumes.get(volume.metadata.name) === volume) this.#volumes.delete(volume.metadata.name);
    }
    for (const claim of claims) {
      const key = keyOf(claim.metadata);
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    }
  }
}
