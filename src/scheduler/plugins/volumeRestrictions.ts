import { persistentVolumeClaims } from '../../api/resources.ts';
import { claimsOf } from '../../api/volumes/podClaims.ts';
import type { Pod } from '../../api/types.ts';
import type { Plugin, PluginContext, Snapshot, Status } from '../framework.ts';
import { usesClaim } from './claimEvents.ts';

const NAME = 'VolumeRestrictions';
const IN_USE: Status = {
  code: 'Unschedulable',
  reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'],
  plugin: NAME,
};

/** A claim with ReadWriteOncePod is one pod's at a time, in the whole cluster (`plugins/volumerestrictions`, KEP-2485). */
export function volumeRestrictions({ informers }: PluginContext): Plugin {
  const claims = informers.for(persistentVolumeClaims);
  return {
    name: NAME,
    preFilter(_state, pod, snapshot) {
      const exclusive: string[] = [];
      for (const { name, isEphemeral } of claimsOf(pod)) {
        const claim = claims.get(pod.metadata.namespace, name);
        if (claim === undefined) {
          // VolumeBinding reports claims that do not exist yet.
          if (isEphemeral) continue;
          const reasons = [`persistentvolumeclaim ${JSON.stringify(name)} not found`];
          return { status: { code: 'UnschedulableAndUnresolvable', reasons } };
        }
        if (claim.spec.accessModes?.includes('ReadWriteOncePod') === true) exclusive.push(name);
      }
      const isFree = exclusive.length === 0 || !isUsed(snapshot, pod.metadata.namespace, exclusive);
      return isFree ? { status: { code: 'Skip', reasons: [] } } : undefined;
    },
    filter: () => IN_USE,
    events: () => [
      { event: { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] }, hint: usesClaim },
      { event: { resource: 'Pod', actions: ['Delete'] }, hint: sharesClaim },
    ],
  };
}

/** Very few pods ask for such claims: for them all placed pods are looked at. */
function isUsed({ nodes }: Snapshot, namespace: string, names: readonly string[]): boolean {
  return nodes.some(({ pods }) =>
    pods.some(
      (pod) => pod.metadata.namespace === namespace && claimsOf(pod).some(({ name }) => names.includes(name)),
    ),
  );
}

function sharesClaim(pod: Pod, old: unknown): 'Queue' | 'QueueSkip' {
  const gone = old as Pod;
  if (gone.metadata.namespace !== pod.metadata.namespace) return 'QueueSkip';
  const names = new Set(claimsOf(pod).map(({ name }) => name));
  return claimsOf(gone).some(({ name }) => names.has(name)) ? 'Queue' : 'QueueSkip';
}
