import { draftOf, keyOf, parseKey } from '../../api/meta.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import { NODE_LOCAL_PROVISIONER } from '../../api/nodeLocalVolumes.ts';
import { compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { sizeOf } from '../../api/volumes/matching.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { provisionerOf } from '../persistentvolume/volumePlan.ts';

const CONDITIONS_OF_GROWTH = new Set([
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
]);

/**
 * Grows volumes as their claims ask for more (`pkg/controller/volume/expand`): first the volume, then what the claim
 * shows. A directory is as large as its file system, so there is nothing for a node to do.
 */
export function volumeExpandController({
  client,
  informers,
  events,
  enqueue,
}: ControllerContext): Controller {
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  claims.addHandler({
    onAdd: (claim) => {
      if (wantsMore(claim)) enqueue(keyOf(claim.metadata));
    },
    onUpdate: (claim, old) => {
      if (wantsMore(claim) && (!wantsMore(old) || claim.spec !== old.spec)) enqueue(keyOf(claim.metadata));
    },
  });

  async function grow(volume: PersistentVolume, size: string, signal: AbortSignal): Promise<void> {
    if (!isLess(sizeOf(volume.spec.capacity), size)) return;
    const draft = draftOf(volume);
    draft.spec.capacity = { ...draft.spec.capacity, storage: size };
    await client.update(persistentVolumes, draft, { signal });
  }

  return {
    name: 'persistentvolume-expander',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace, name } = parseKey(key);
      const claim = claims.get(namespace, name);
      if (claim === undefined || !wantsMore(claim)) return undefined;
      const volume = volumes.get(undefined, claim.spec.volumeName ?? '');
      if (volume === undefined || volume.spec.claimRef?.uid !== claim.metadata.uid) return undefined;
      if (provisionerOf(volume) !== NODE_LOCAL_PROVISIONER) {
        const message = 'waiting for an external controller to expand this PVC';
        events.event(claim, 'Normal', 'ExternalExpanding', message);
        return undefined;
      }
      const size = sizeOf(claim.spec.resources?.requests);
      await grow(volume, size, signal);
      const draft = draftOf(claim);
      const { conditions = [], allocatedResourceStatuses: _, ...status } = draft.status ?? {};
      const kept = conditions.filter(({ type }) => !CONDITIONS_OF_GROWTH.has(type));
      draft.status = {
        ...status,
        capacity: { ...status.capacity, storage: size },
        allocatedResources: { ...status.allocatedResources, storage: size },
        ...(kept.length > 0 ? { conditions: kept } : {}),
      };
      await client.update(persistentVolumeClaims, draft, { subresource: 'status', signal });
      events.event(claim, 'Normal', 'VolumeResizeSuccessful', `ExpandVolume succeeded for volume ${key}`);
      return undefined;
    },
  };
}

function wantsMore({ spec, status }: PersistentVolumeClaim): boolean {
  return status?.phase === 'Bound' && isLess(sizeOf(status.capacity), sizeOf(spec.resources?.requests));
}

const isLess = (a: string, b: string): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) < 0;
