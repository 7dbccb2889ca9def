import { draftOf } from '../../api/meta.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import { equal } from '../../api/fields/equal.ts';
import {
  BOUND_BY_CONTROLLER,
  boundToClaim,
  boundToVolume,
  hasAnnotation,
} from '../../api/volumes/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';

type ClaimPhase = 'Pending' | 'Bound' | 'Lost';
type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';

/**
 * The writes of the binder. Each is a compare-and-set; a write that changes nothing is skipped. The binding is written
 * to the volume first, so that two claims never have the same volume (`pv_controller.go` bind).
 */
export class VolumeWriter {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void> {
    const draft = boundToClaim(volume, claim);
    const bound =
      draft === undefined ? volume : await this.#client.update(persistentVolumes, draft, { signal });
    await this.setVolumePhase(bound, 'Bound', '', signal);
    const claimDraft = boundToVolume(claim, bound);
    const completed =
      claimDraft === undefined
        ? claim
        : await this.#client.update(persistentVolumeClaims, claimDraft, { signal });
    await this.setClaimPhase(completed, 'Bound', bound, signal);
  }

  /** Releases the volume for other claims. A reservation that its author made stays. */
  async unbind(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const draft = draftOf(volume);
    if (hasAnnotation(volume, BOUND_BY_CONTROLLER)) {
      delete draft.spec.claimRef;
      delete draft.metadata.annotations?.[BOUND_BY_CONTROLLER];
    } else if (draft.spec.claimRef !== undefined) {
      delete draft.spec.claimRef.uid;
    }
    const free = await this.#client.update(persistentVolumes, draft, { signal });
    await this.setVolumePhase(free, 'Available', '', signal);
  }

  /** Writes a message together with a new phase. While the phase stays, messages of other writers are kept. */
  async setVolumePhase(
    volume: PersistentVolume,
    phase: VolumePhase,
    message: string,
    signal: AbortSignal,
  ): Promise<PersistentVolume> {
    const isSame = phase !== 'Failed' || (volume.status?.message ?? '') === message;
    if (volume.status?.phase === phase && isSame) return volume;
    const draft = draftOf(volume);
    const { message: _, ...status } = draft.status ?? {};
    draft.status = { ...status, phase, ...(message === '' ? {} : { message }) };
    return this.#client.update(persistentVolumes, draft, { subresource: 'status', signal });
  }

  /** Writes the phase and the access modes of the claim. Its capacity is written only when it is bound. */
  async setClaimPhase(
    claim: PersistentVolumeClaim,
    phase: ClaimPhase,
    volume: PersistentVolume | undefined,
    signal: AbortSignal,
  ): Promise<PersistentVolumeClaim> {
    const draft = draftOf(claim);
    const status = (draft.status ??= {});
    if (volume === undefined) {
      delete status.accessModes;
      delete status.capacity;
    } else {
      status.accessModes = [...(volume.spec.accessModes ?? [])];
      if (status.phase !== phase) {
        status.capacity = { ...volume.spec.capacity };
        const attributes = volume.spec.volumeAttributesClassName;
        if (attributes !== undefined) status.currentVolumeAttributesClassName = attributes;
      }
    }
    status.phase = phase;
    if (equal(status, claim.status)) return claim;
    return this.#client.update(persistentVolumeClaims, draft, { subresource: 'status', signal });
  }

  async annotate(
    claim: PersistentVolumeClaim,
    annotations: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<PersistentVolumeClaim> {
    const draft = draftOf(claim);
    const wanted = Object.entries({ ...draft.metadata.annotations, ...annotations }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    draft.metadata.annotations = Object.fromEntries(wanted);
    if (equal(draft.metadata.annotations, claim.metadata.annotations)) return claim;
    return this.#client.update(persistentVolumeClaims, draft, { signal });
  }

  async assignClass(claim: PersistentVolumeClaim, name: string, signal: AbortSignal): Promise<void> {
    const draft = draftOf(claim);
    draft.spec.storageClassName = name;
    await this.#client.update(persistentVolumeClaims, draft, { signal });
  }

  /** Adds or removes a volume's finalizer. Returns the volume as it is afterwards. */
  async keep(
    volume: PersistentVolume,
    finalizer: string,
    wanted: boolean,
    signal: AbortSignal,
  ): Promise<PersistentVolume> {
    const finalizers = volume.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer) === wanted) return volume;
    const draft = draftOf(volume);
    draft.metadata.finalizers = wanted
      ? [...finalizers, finalizer]
      : finalizers.filter((one) => one !== finalizer);
    return this.#client.update(persistentVolumes, draft, { signal });
  }
}
