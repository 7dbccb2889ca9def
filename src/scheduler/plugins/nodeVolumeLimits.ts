import { csiNodes, persistentVolumeClaims, persistentVolumes, storageClasses } from '../../api/resources.ts';
import { keyOf } from '../../api/meta.ts';
import { claimsOf } from '../../api/volumes/podClaims.ts';
import { classOf } from '../../api/volumes/storageClass.ts';
import type { Pod } from '../../api/types.ts';
import type { InformerFactory } from '../../client/informers.ts';
import type { Plugin, PluginContext, Status } from '../framework.ts';
import { usesClaim } from './claimEvents.ts';

const NAME = 'NodeVolumeLimits';
const TOO_MANY: Status = {
  code: 'Unschedulable',
  reasons: ['node(s) exceed max volume count'],
  plugin: NAME,
};

/** No node gets more volumes of a driver than the driver says it can have there (`plugins/nodevolumelimits`). */
export function nodeVolumeLimits({ informers }: PluginContext): Plugin {
  const nodes = informers.for(csiNodes);
  const driverVolumesOf = driverVolumes(informers);
  return {
    name: NAME,
    preFilter: (_state, pod) =>
      // Where no driver is registered nothing is limited.
      nodes.list().length === 0 || claimsOf(pod).length === 0
        ? { status: { code: 'Skip', reasons: [] } }
        : undefined,
    filter(_state, pod, info) {
      const drivers = nodes.get(undefined, info.name)?.spec.drivers ?? [];
      if (drivers.every(({ allocatable }) => allocatable?.count === undefined)) return undefined;
      const wanted = driverVolumesOf(pod);
      if (wanted.size === 0) return undefined;
      const all = new Map([...info.pods.flatMap((other) => [...driverVolumesOf(other)]), ...wanted]);
      const isOver = drivers.some(({ name, allocatable }) => {
        if (allocatable?.count === undefined || ![...wanted.values()].includes(name)) return false;
        return [...all.values()].filter((driver) => driver === name).length > allocatable.count;
      });
      return isOver ? TOO_MANY : undefined;
    },
    events: () => [
      { event: { resource: 'CSINode', actions: ['Add', 'Update'] } },
      { event: { resource: 'Pod', actions: ['Delete'] } },
      { event: { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] }, hint: usesClaim },
    ],
  };
}

/** The drivers' volumes of a pod: an identity, and the driver. One that is still to be made counts as its claim. */
function driverVolumes(informers: InformerFactory): (pod: Pod) => ReadonlyMap<string, string> {
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  const classes = informers.for(storageClasses);
  return (pod) => {
    const found = new Map<string, string>();
    for (const { name } of claimsOf(pod)) {
      const claim = claims.get(pod.metadata.namespace, name);
      if (claim === undefined) continue;
      const volume = volumes.get(undefined, claim.spec.volumeName ?? '');
      const csi = volume?.spec.csi;
      if (csi !== undefined) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
      if (volume !== undefined) continue;
      const provisioner = classes.get(undefined, classOf(claim) ?? '')?.provisioner;
      if (provisioner !== undefined) found.set(`${provisioner}/${keyOf(claim.metadata)}`, provisioner);
    }
    return found;
  };
}
