import type { Endpoint, EndpointSlice } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';

type Ports = NonNullable<EndpointSlice['ports']>;

/** Endpoints that may be in the same slice. */
export interface SliceGroup {
  readonly addressType: string;
  readonly ports: Ports;
  readonly endpoints: readonly Endpoint[];
}

/** The properties of a slice besides its endpoints. */
export interface SliceContent {
  readonly addressType: string;
  readonly ports: Ports;
  readonly endpoints: readonly Endpoint[];
}

export interface PackingPlan {
  readonly creations: readonly SliceContent[];
  readonly updates: readonly { readonly slice: EndpointSlice; readonly endpoints: readonly Endpoint[] }[];
  readonly deletions: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
}

interface Bin {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

/**
 * Puts the wanted endpoints into slices with few writes (`endpointslice/reconciler.go`): what is in a slice already
 * stays there; what is new goes into slices that must be written anyway, then into one with room, then into new ones.
 * Slices that end up empty go, but for one that stands for a Service without endpoints. Pure.
 */
export function packSlices(
  existing: readonly EndpointSlice[],
  groups: readonly SliceGroup[],
  maxPerSlice: number,
): PackingPlan {
  const plan = {
    creations: [] as SliceContent[],
    updates: [] as { slice: EndpointSlice; endpoints: readonly Endpoint[] }[],
    deletions: [] as EndpointSlice[],
    unchanged: [] as EndpointSlice[],
  };
  const unused = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = groupKey(slice.addressType, slice.ports ?? []);
    unused.set(key, [...(unused.get(key) ?? []), slice]);
  }
  for (const group of groups) {
    const key = groupKey(group.addressType, group.ports);
    packGroup(plan, unused.get(key) ?? [], group, maxPerSlice);
    unused.delete(key);
  }
  plan.deletions.push(...[...unused.values()].flat());
  return plan;
}

function packGroup(
  plan: {
    creations: SliceContent[];
    updates: { slice: EndpointSlice; endpoints: readonly Endpoint[] }[];
    deletions: EndpointSlice[];
    unchanged: EndpointSlice[];
  },
  slices: readonly EndpointSlice[],
  group: SliceGroup,
  maxPerSlice: number,
): void {
  const wanted = new Map(group.endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const bins = slices.map((slice) => keptIn(slice, wanted));
  const rest = [...wanted.values()];
  const put = (bin: Bin): void => {
    const room = maxPerSlice - bin.endpoints.length;
    if (room <= 0 || rest.length === 0) return;
    bin.endpoints.push(...rest.splice(0, room));
    bin.changed = true;
  };
  for (const bin of bins.filter((each) => each.changed)) put(bin);
  // The fullest slice that takes all of the rest is written; if there is none, new slices are made.
  const fitting = bins
    .filter((bin) => !bin.changed && bin.endpoints.length + rest.length <= maxPerSlice)
    .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
  if (fitting !== undefined) put(fitting);
  const { addressType, ports } = group;
  while (rest.length > 0) plan.creations.push({ addressType, ports, endpoints: rest.splice(0, maxPerSlice) });

  let mayBeEmpty = group.endpoints.length === 0;
  if (mayBeEmpty && bins.length === 0) plan.creations.push({ addressType, ports, endpoints: [] });
  for (const { slice, endpoints, changed } of bins) {
    if (endpoints.length === 0 && !mayBeEmpty) plan.deletions.push(slice);
    else if (changed) plan.updates.push({ slice, endpoints });
    else plan.unchanged.push(slice);
    mayBeEmpty = false;
  }
}

/** The endpoints of a slice that are still wanted, in their present state; takes them out of `wanted`. */
function keptIn(slice: EndpointSlice, wanted: Map<string, Endpoint>): Bin {
  const before = slice.endpoints as readonly Endpoint[] | undefined;
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const endpoint of before ?? []) {
    const key = endpointKey(endpoint);
    const now = wanted.get(key);
    if (now === undefined) changed = true;
    else {
      endpoints.push(now);
      wanted.delete(key);
      changed ||= !equal(endpoint, now);
    }
  }
  return { slice, endpoints, changed };
}

const groupKey = (addressType: string, ports: Ports): string =>
  `${addressType} ${JSON.stringify(
    ports.map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) => [
      name,
      port,
      protocol,
      appProtocol,
    ]),
  )}`;

function endpointKey({ targetRef, addresses }: Endpoint): string {
  return `${targetRef?.uid ?? ''} ${addresses.join(',')}`;
}
