import { cloneJson } from '../../api/clone.ts';
import { controllerRef, keyOf, type Mutable, parseKey } from '../../api/meta.ts';
import { persistentVolumeClaims, pods } from '../../api/resources.ts';
import { ephemeralClaimName, whyNotOfPod } from '../../api/volumes/podClaims.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';

/** Makes the claims of generic ephemeral volumes, which go with their pod (`pkg/controller/volume/ephemeral`, KEP-1698). */
export function ephemeralVolumeController(context: ControllerContext): Controller {
  const { client, informers, events, enqueue } = context;
  const allPods = informers.for(pods);
  const claims = informers.for(persistentVolumeClaims);
  const wake = (pod: Pod): void => {
    if (ephemeralOf(pod).length > 0 && pod.metadata.deletionTimestamp === undefined) {
      enqueue(keyOf(pod.metadata));
    }
  };
  allPods.addHandler({ onAdd: wake });
  claims.addHandler({
    // Somebody has deleted a claim that a pod waits for, or one that was in the way.
    onDelete({ metadata: { namespace, ownerReferences = [] } }) {
      for (const { kind, name } of ownerReferences) {
        const pod = kind === 'Pod' ? allPods.get(namespace, name) : undefined;
        if (pod !== undefined) wake(pod);
      }
    },
  });

  async function make(pod: Pod, volume: Volume, signal: AbortSignal): Promise<void> {
    const { namespace, name } = pod.metadata;
    const there = claims.get(namespace, ephemeralClaimName(name, volume.name));
    if (there === undefined) {
      await client.create(persistentVolumeClaims, claimFor(pod, volume), { signal });
      return;
    }
    const why = whyNotOfPod(pod, there);
    if (why !== undefined) throw new Error(why);
  }

  return {
    name: 'ephemeral-volume',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace, name } = parseKey(key);
      const pod = allPods.get(namespace, name);
      if (pod?.metadata.deletionTimestamp !== undefined || pod === undefined) return undefined;
      for (const volume of ephemeralOf(pod)) {
        try {
          await make(pod, volume, signal);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          events.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${why}`);
          throw error;
        }
      }
      return undefined;
    },
  };
}

const ephemeralOf = ({ spec }: Pod): readonly Volume[] =>
  spec.volumes?.filter(({ ephemeral }) => ephemeral !== undefined) ?? [];

function claimFor(pod: Pod, volume: Volume): NewObject<PersistentVolumeClaim> {
  const { metadata = {}, spec } = volume.ephemeral?.volumeClaimTemplate ?? { spec: {} };
  const { annotations, labels } = cloneJson(metadata);
  return {
    metadata: {
      name: ephemeralClaimName(pod.metadata.name, volume.name),
      namespace: pod.metadata.namespace,
      ownerReferences: [controllerRef(pod)],
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
    },
    spec: cloneJson(spec) as Mutable<typeof spec>,
  };
}
