import { familyOf } from '../../api/ip/address.ts';
import { equal } from '../../api/fields/equal.ts';
import { ipAddresses, services } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound, isReason } from '../../api/status.ts';
import type { IPAddress, Service } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';

const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const FAMILY = 'ipaddress.kubernetes.io/ip-family';
const MANAGER = 'ipallocator.k8s.io';

/**
 * Keeps an IPAddress for each address that a service has, and none else of its own
 * (`pkg/registry/core/service/ipallocator`, `controller/repairip.go`).
 */
export function serviceAddressesController({ client, informers, enqueue }: ControllerContext): Controller {
  const all = informers.for(services);
  const addresses = informers.for(ipAddresses);
  const owners = new Map<string, Service>();
  const forget = (service: Service): void => {
    for (const ip of addressesOf(service)) {
      if (owners.get(ip)?.metadata.uid === service.metadata.uid) owners.delete(ip);
      enqueue(ip);
    }
  };
  const note = (service: Service): void => {
    for (const ip of addressesOf(service)) {
      owners.set(ip, service);
      enqueue(ip);
    }
  };
  all.addHandler({
    onAdd: note,
    onUpdate(service, old) {
      if (equal(addressesOf(service), addressesOf(old))) return;
      forget(old);
      note(service);
    },
    onDelete: forget,
  });
  const wake = ({ metadata }: IPAddress): void => enqueue(metadata.name);
  addresses.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });

  return {
    name: 'service-addresses',
    workers: 2,
    async reconcile(ip, signal) {
      const existing = addresses.get(undefined, ip);
      const owner = owners.get(ip);
      const parentRef = owner === undefined ? undefined : parentOf(owner);
      if (existing !== undefined && !equal(existing.spec.parentRef, parentRef)) {
        // An address that a user made, and no service uses, is kept.
        if (parentRef === undefined && existing.metadata.labels?.[MANAGED_BY] !== MANAGER) return undefined;
        const preconditions = { uid: existing.metadata.uid };
        try {
          await client.delete(ipAddresses, existing.metadata, { preconditions, signal });
        } catch (error) {
          if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
        }
        // Its end wakes this loop again.
        return undefined;
      }
      if (existing !== undefined || parentRef === undefined) return undefined;
      const labels = { [MANAGED_BY]: MANAGER, [FAMILY]: familyOf(ip) ?? '' };
      try {
        await client.create(ipAddresses, { metadata: { name: ip, labels }, spec: { parentRef } }, { signal });
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
      return undefined;
    },
  };
}

const addressesOf = ({ spec }: Service): readonly string[] =>
  (spec.clusterIPs ?? []).filter((ip) => familyOf(ip) !== undefined);

const parentOf = ({ metadata }: Service): IPAddress['spec']['parentRef'] => ({
  resource: 'services',
  namespace: metadata.namespace,
  name: metadata.name,
});
