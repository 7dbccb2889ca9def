import { parseKey } from '../../api/meta.ts';
import { endpoints, endpointSlices, services } from '../../api/resources.ts';
import { isNotFound } from '../../api/status.ts';
import type { Endpoint, Endpoints, EndpointSlice } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { hasSelector } from '../endpoints/servicePods.ts';
import { PendingWrites } from '../writes.ts';
import type { SliceGroup } from './packing.ts';
import { indexByService, MANAGED_BY, reconcileSlices, SERVICE_NAME, slicesOf } from './slices.ts';

const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MAX_PER_SUBSET = 1000;

/** Mirrors hand-made Endpoints of Services without a selector into slices (`pkg/controller/endpointslicemirroring`). */
export function endpointSliceMirroringController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const allServices = informers.for(services);
  const allEndpoints = informers.for(endpoints);
  const allSlices = informers.for(endpointSlices);
  const pending = new PendingWrites(allSlices);
  indexByService(allSlices);
  const wake = ({ metadata }: { metadata: { namespace: string; name: string } }): void =>
    enqueue(`${metadata.namespace}/${metadata.name}`);
  allServices.addHandler({ onAdd: wake, onUpdate: wake });
  allEndpoints.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
  const wakeOwner = ({ metadata: { namespace, labels = {} } }: EndpointSlice): void => {
    const name = labels[SERVICE_NAME];
    if (name !== undefined && labels[MANAGED_BY] === MANAGER) enqueue(`${namespace}/${name}`);
  };
  allSlices.addHandler({ onAdd: wakeOwner, onUpdate: wakeOwner, onDelete: wakeOwner });

  return {
    name: 'endpointslice-mirroring',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const service = allServices.get(namespace, name);
      const source = allEndpoints.get(namespace, name);
      const existing = slicesOf(allSlices, namespace, name, MANAGER);
      const mirrored =
        source !== undefined && service !== undefined && !hasSelector(service) && isMirrored(source);
      if (!mirrored) {
        pending.forget(key);
        for (const slice of existing) {
          await client.delete(endpointSlices, slice.metadata, { signal }).catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
        }
        return undefined;
      }
      if (!pending.seen(key)) return undefined;
      const { [LAST_APPLIED]: _, ...annotations } = source.metadata.annotations ?? {};
      await reconcileSlices(
        client,
        {
          key,
          object: source,
          labels: { ...source.metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
          annotations,
        },
        existing,
        groupsOf(source),
        MAX_PER_SUBSET,
        pending,
        signal,
      );
      return undefined;
    },
  };
}

function isMirrored({ metadata: { labels = {}, annotations = {} } }: Endpoints): boolean {
  return labels[SKIP_LABEL] !== 'true' && annotations[LEADER_ANNOTATION] === undefined;
}

/** One group for each subset and address family; subsets with the same ports share one. */
function groupsOf(source: Endpoints): readonly SliceGroup[] {
  const groups = new Map<
    string,
    { addressType: string; ports: SliceGroup['ports']; endpoints: Endpoint[] }
  >();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of source.subsets ?? []) {
    for (const [list, ready] of [
      [addresses, true],
      [notReadyAddresses, false],
    ] as const) {
      for (const { ip, hostname, nodeName, targetRef } of list) {
        const addressType = ip.includes(':') ? 'IPv6' : 'IPv4';
        const named = ports.map((port) => ({ ...port, name: port.name ?? '' }));
        const key = `${addressType} ${JSON.stringify(named)}`;
        const group = groups.get(key) ?? { addressType, ports: named, endpoints: [] };
        groups.set(key, group);
        group.endpoints.push({
          addresses: [ip],
          conditions: { ready },
          ...(hostname === undefined ? {} : { hostname }),
          ...(nodeName === undefined ? {} : { nodeName }),
          ...(targetRef === undefined ? {} : { targetRef }),
        });
      }
    }
  }
  return [...groups.values()];
}
