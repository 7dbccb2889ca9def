import { matcherOf } from '../../../api/labels.ts';
import { compareQuantities, parseQuantity } from '../../../api/quantity.ts';
import { csiDrivers, csiStorageCapacities } from '../../../api/resources.ts';
import { sizeOf } from '../../../api/volumes/matching.ts';
import type { Node, PersistentVolumeClaim, StorageClass } from '../../../api/types.ts';
import type { InformerFactory } from '../../../client/informers.ts';

/** Whether a driver that publishes how much room it has has enough where a node reaches it (KEP-1472). */
export function capacityCheck(
  informers: InformerFactory,
): (storageClass: StorageClass, claim: PersistentVolumeClaim, node: Node) => boolean {
  const drivers = informers.for(csiDrivers);
  const capacities = informers.for(csiStorageCapacities);
  return ({ metadata, provisioner }, claim, node) => {
    if (drivers.get(undefined, provisioner)?.spec.storageCapacity !== true) return true;
    const wanted = parseQuantity(sizeOf(claim.spec.resources?.requests));
    return capacities.list().some(({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) => {
      const limit = maximumVolumeSize ?? capacity;
      return (
        storageClassName === metadata.name &&
        limit !== undefined &&
        compareQuantities(parseQuantity(limit), wanted) >= 0 &&
        nodeTopology !== undefined &&
        matcherOf(nodeTopology).matches(node.metadata.labels)
      );
    });
  };
}
