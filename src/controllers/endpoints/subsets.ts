import type { Mutable } from '../../api/meta.ts';
import type { Endpoints, Pod, Service } from '../../api/types.ts';
import { isPodReady } from '../pods.ts';
import { hasEndpoint, hostnameFor, isHeadless, type PodPort, portsOf } from './podEndpoints.ts';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

/** An Endpoints object shows at most so many addresses (`endpoints_controller.go` maxCapacity). */
export const MAX_ADDRESSES = 1000;

interface Group {
  readonly ports: readonly PodPort[];
  readonly ready: Address[];
  readonly notReady: Address[];
}

/**
 * The subsets for a Service's pods: pods with the same ports are together, ready and not ready ones apart; all in a
 * fixed order, so that equal states give equal objects. Pure.
 */
export function subsetsOf(
  service: Service,
  pods: readonly Pod[],
): { readonly subsets: Mutable<Subset>[]; readonly overCapacity: boolean } {
  const publishAll = service.spec.publishNotReadyAddresses === true;
  const groups = new Map<string, Group>();
  let count = 0;
  for (const pod of pods.toSorted(byAddress)) {
    if (!hasEndpoint(pod, publishAll)) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !(isHeadless(service) && (service.spec.ports ?? []).length === 0)) continue;
    const ready = publishAll || isPodReady(pod);
    const group = groupOf(groups, ports);
    (ready ? group.ready : group.notReady).push(addressOf(service, pod));
    count += 1;
  }
  if (count > MAX_ADDRESSES) truncate([...groups.values()]);
  const subsets = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { ready, notReady }]) => ready.length + notReady.length > 0)
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(ports.length === 0 ? {} : { ports }),
    }));
  return { subsets: subsets as Mutable<Subset>[], overCapacity: count > MAX_ADDRESSES };
}

function groupOf(groups: Map<string, Group>, ports: readonly PodPort[]): Group {
  const key = JSON.stringify(ports);
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made: Group = { ports, ready: [], notReady: [] };
  groups.set(key, made);
  return made;
}

/** Ready addresses stay before others. */
function truncate(groups: readonly Group[]): void {
  let left = MAX_ADDRESSES;
  for (const list of [...groups.map((group) => group.ready), ...groups.map((group) => group.notReady)]) {
    list.length = Math.min(list.length, left);
    left -= list.length;
  }
}

function addressOf(service: Service, pod: Pod): Address {
  const { namespace, name, uid } = pod.metadata;
  const { nodeName } = pod.spec;
  const hostname = hostnameFor(pod, service);
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function byAddress(a: Pod, b: Pod): number {
  const [left, right] = [a.status?.podIP ?? '', b.status?.podIP ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}
