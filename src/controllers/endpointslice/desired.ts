import type { Mutable } from '../../api/meta.ts';
import type { EndpointSlice, Endpoint, Node, Pod, Service } from '../../api/types.ts';
import { hasEndpoint, hostnameFor, portsOf } from '../endpoints/podEndpoints.ts';
import { isPodReady } from '../pods.ts';
import type { SliceGroup } from './packing.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * The endpoints that a Service should have, in groups that may share a slice: same address family, same ports
 * (`endpointslice/utils.go` podToEndpoint). Pure.
 */
export function desiredGroups(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): readonly SliceGroup[] {
  const groups: SliceGroup[] = [];
  for (const addressType of addressTypes(service)) {
    const byPorts = new Map<string, { ports: SliceGroup['ports']; endpoints: Mutable<Endpoint>[] }>();
    for (const pod of pods) {
      if (!hasEndpoint(pod, true)) continue;
      const addresses = addressesOf(pod, addressType);
      if (addresses.length === 0) continue;
      const ports = portsOf(service, pod);
      const key = JSON.stringify(ports);
      const group = byPorts.get(key) ?? { ports: ports.map(sliceName), endpoints: [] };
      group.endpoints.push(endpointOf(service, pod, addresses, nodeOf));
      byPorts.set(key, group);
    }
    // A Service without endpoints has one empty slice, so that its readers know it was looked at.
    if (byPorts.size === 0) groups.push({ addressType, ports: [], endpoints: [] });
    for (const group of byPorts.values()) groups.push({ addressType, ...group });
  }
  return groups;
}

/** A slice's ports always have a name, '' where the Service gives none. */
function sliceName(port: ReturnType<typeof portsOf>[number]): NonNullable<EndpointSlice['ports']>[number] {
  return { ...port, name: port.name ?? '' };
}

function addressTypes(service: Service): readonly ('IPv4' | 'IPv6')[] {
  const families = service.spec.ipFamilies ?? [];
  const types = families.map((family) => (family === 'IPv6' ? 'IPv6' : 'IPv4'));
  return types.length === 0 ? ['IPv4'] : types;
}

function addressesOf(pod: Pod, addressType: 'IPv4' | 'IPv6'): string[] {
  const { podIP = '', podIPs } = pod.status ?? {};
  const all = podIPs === undefined || podIPs.length === 0 ? [podIP] : podIPs.map(({ ip }) => ip);
  return all.filter((ip) => ip !== '' && ip.includes(':') === (addressType === 'IPv6'));
}

function endpointOf(
  service: Service,
  pod: Pod,
  addresses: string[],
  nodeOf: (name: string) => Node | undefined,
): Mutable<Endpoint> {
  const { namespace, name, uid, deletionTimestamp } = pod.metadata;
  const serving = isPodReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName } = pod.spec;
  const zone = nodeName === undefined ? undefined : nodeOf(nodeName)?.metadata.labels?.[ZONE_LABEL];
  const hostname = hostnameFor(pod, service);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}
