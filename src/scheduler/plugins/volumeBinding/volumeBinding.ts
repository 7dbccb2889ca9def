import { ownProperty } from '../../../base/ownProperty.ts';
import { draftOf, keyOf } from '../../../api/meta.ts';
import {
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '../../../api/resources.ts';
import { isFullyBound, SELECTED_NODE } from '../../../api/volumes/binding.ts';
import { isReachable } from '../../../api/volumes/matching.ts';
import { claimsOf } from '../../../api/volumes/podClaims.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../api/types.ts';
import type { CycleState, Plugin, PluginContext, Status } from '../../framework.ts';
import { usesClaim } from '../claimEvents.ts';
import { type Assumed, Assumptions } from './assumptions.ts';
import { capacityCheck } from './capacity.ts';
import { type Placement, placeOn, type PodVolumes, podVolumesOf, type VolumeView } from './podVolumes.ts';
import { Waits } from './waits.ts';

const NAME = 'VolumeBinding';
/** Upstream's default of bindTimeoutSeconds. */
const BIND_TIMEOUT_MS = 600_000;

/** What one cycle has found out, and then decided, about the volumes of its pod. */
interface Found {
  readonly volumes: PodVolumes;
  readonly placements: Map<string, Placement>;
  assumed?: Assumed;
}

const unresolvable = (reasons: readonly string[]): Status => ({
  code: 'UnschedulableAndUnresolvable',
  reasons,
});

/**
 * Keeps pods to nodes that reach their volumes; for claims that wait for a pod it chooses volumes on the node, or the
 * node on which they are to be made, and waits with the pod until they are there (`plugins/volumebinding`).
 */
export function volumeBinding(context: PluginContext): Plugin {
  const { informers, clock } = context;
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  const assumptions = new Assumptions(volumes, claims);
  const view: VolumeView = {
    claims: assumptions.claims,
    volumes: assumptions.volumes,
    classes: informers.for(storageClasses),
    hasCapacity: capacityCheck(informers),
  };
  const waits = new Waits(clock);
  const wakeClaim = ({ metadata }: PersistentVolumeClaim): void => waits.wake(`claim/${keyOf(metadata)}`);
  const wakeVolume = ({ metadata, spec: { claimRef } }: PersistentVolume): void => {
    waits.wake(`volume/${metadata.name}`);
    // A claim shows its volume maybe before the volume is in the cache.
    if (claimRef !== undefined) waits.wake(`claim/${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`);
  };
  claims.addHandler({ onAdd: wakeClaim, onUpdate: wakeClaim, onDelete: wakeClaim });
  volumes.addHandler({ onAdd: wakeVolume, onUpdate: wakeVolume, onDelete: wakeVolume });
  informers.for(pods).addHandler({ onDelete: (pod) => waits.wake(`pod/${pod.metadata.uid}`) });
  const binding = new Binding(context, waits);
  const foundIn = (state: CycleState): Found | undefined => state.read<Found>(NAME);

  return {
    name: NAME,
    preFilter(state, pod) {
      if (claimsOf(pod).length === 0) return { status: { code: 'Skip', reasons: [] } };
      const found = podVolumesOf(pod, view);
      if (typeof found === 'string') return { status: unresolvable([found]) };
      state.write(NAME, { volumes: found, placements: new Map() } satisfies Found);
      return undefined;
    },
    filter(state, _pod, info) {
      const found = foundIn(state);
      if (found === undefined) return undefined;
      const placement = placeOn(info.node, found.volumes, view);
      if (placement instanceof Array) return unresolvable(placement);
      if (found.volumes.delayed.length > 0) found.placements.set(info.name, placement);
      return undefined;
    },
    reserve(state, _pod, node) {
      const found = foundIn(state);
      const placement = found?.placements.get(node);
      if (found !== undefined && placement !== undefined) found.assumed = assumptions.assume(node, placement);
      return undefined;
    },
    unreserve(state) {
      const assumed = foundIn(state)?.assumed;
      if (assumed !== undefined) assumptions.drop(assumed);
    },
    async preBind(state, pod, node, signal) {
      const found = foundIn(state);
      const placement = found?.placements.get(node);
      if (found?.assumed === undefined || placement === undefined) return undefined;
      try {
        await binding.bind(pod, node, placement, found.assumed, signal);
        return undefined;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { code: 'Error', reasons: [`running PreBind plugin "${NAME}": binding volumes: ${why}`] };
      } finally {
        assumptions.drop(found.assumed);
      }
    },
    events: () => [
      { event: { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] }, hint: usesClaim },
      { event: { resource: 'PersistentVolume', actions: ['Add', 'Update'] } },
      { event: { resource: 'StorageClass', actions: ['Add', 'Update'] } },
      { event: { resource: 'CSIDriver', actions: ['Add', 'Update'] } },
      { event: { resource: 'CSIStorageCapacity', actions: ['Add', 'Update'] } },
      { event: { resource: 'Node', actions: ['Add', 'UpdateLabels'] } },
    ],
  };
}

/** Writes what has been decided, and waits for the binder to complete it (`binder.go` BindPodVolumes). */
class Binding {
  readonly #context: PluginContext;
  readonly #waits: Waits;

  constructor(context: PluginContext, waits: Waits) {
    this.#context = context;
    this.#waits = waits;
  }

  async bind(
    pod: Pod,
    node: string,
    placement: Placement,
    assumed: Assumed,
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this.#context;
    const written = new Map<string, string>();
    for (const volume of assumed.volumes) {
      const { metadata } = await client.update(persistentVolumes, draftOf(volume), { signal });
      written.set(`volume/${metadata.name}`, metadata.resourceVersion);
    }
    for (const claim of assumed.claims) {
      const { metadata } = await client.update(persistentVolumeClaims, draftOf(claim), { signal });
      written.set(`claim/${keyOf(metadata)}`, metadata.resourceVersion);
    }
    const claims = [...placement.bind.map(({ claim }) => claim), ...placement.provision];
    const keys = [
      `pod/${pod.metadata.uid}`,
      ...placement.bind.map(({ volume }) => `volume/${volume.metadata.name}`),
      ...claims.map(({ metadata }) => `claim/${keyOf(metadata)}`),
    ];
    const isDone = (): boolean => this.#isDone(pod, node, placement, written);
    await this.#context.park(this.#waits.until(keys, isDone, BIND_TIMEOUT_MS, signal));
  }

  /** Whether all claims are bound. Throws if that will not happen, so that the pod must be scheduled again. */
  #isDone(
    { metadata }: Pod,
    node: string,
    { bind, provision }: Placement,
    written: ReadonlyMap<string, string>,
  ): boolean {
    const { informers } = this.#context;
    const isThere = informers.for(pods).get(metadata.namespace, metadata.name)?.metadata.uid === metadata.uid;
    if (!isThere) {
      throw new Error(`pod does not exist any more: pod "${metadata.name}" not found`);
    }
    let isDone = true;
    for (const { volume, claim } of bind) {
      if (!this.#isVolumeReserved(volume.metadata.name, node, written)) isDone = false;
      else if (!isFullyBound(this.#claim(claim))) isDone = false;
    }
    for (const claim of provision) if (!this.#isProvisioned(claim, node, written)) isDone = false;
    return isDone;
  }

  #isVolumeReserved(name: string, node: string, written: ReadonlyMap<string, string>): boolean {
    const volume = this.#context.informers.for(persistentVolumes).get(undefined, name);
    if (volume === undefined)
      throw new Error(`failed to check binding: persistentvolume "${name}" not found`);
    if (isOlder(volume.metadata.resourceVersion, written.get(`volume/${name}`))) return false;
    this.#checkReach(volume, node);
    if ((volume.spec.claimRef?.uid ?? '') === '') throw new Error(`ClaimRef got reset for pv "${name}"`);
    return true;
  }

  #isProvisioned(of: PersistentVolumeClaim, node: string, written: ReadonlyMap<string, string>): boolean {
    const claim = this.#claim(of);
    const { name, annotations, resourceVersion } = claim.metadata;
    if (isOlder(resourceVersion, written.get(`claim/${keyOf(claim.metadata)}`))) return false;
    if (ownProperty(annotations, SELECTED_NODE) !== node) {
      throw new Error(`provisioning failed for PVC "${name}"`);
    }
    const volumeName = claim.spec.volumeName ?? '';
    if (volumeName !== '') {
      const volume = this.#context.informers.for(persistentVolumes).get(undefined, volumeName);
      if (volume === undefined) return false;
      this.#checkReach(volume, node);
    }
    return isFullyBound(claim);
  }

  #claim({ metadata }: PersistentVolumeClaim): PersistentVolumeClaim {
    const claim = this.#context.informers.for(persistentVolumeClaims).get(metadata.namespace, metadata.name);
    if (claim?.metadata.uid === metadata.uid) return claim;
    throw new Error(`failed to check provisioning pvc: persistentvolumeclaim "${metadata.name}" not found`);
  }

  #checkReach(volume: PersistentVolume, name: string): void {
    const node = this.#context.informers.for(nodes).get(undefined, name);
    if (node === undefined) throw new Error(`failed to get node "${name}": node "${name}" not found`);
    if (!isReachable(volume, node)) {
      throw new Error(`pv "${volume.metadata.name}" node affinity doesn't match node "${name}"`);
    }
  }
}

/** Whether the cache does not show yet what was written. */
const isOlder = (shown: string, written: string | undefined): boolean =>
  written !== undefined && BigInt(shown) < BigInt(written);
