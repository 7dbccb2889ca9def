import { keyOf } from '../../api/meta.ts';
import { serviceCIDRs, services } from '../../api/resources.ts';
import type { Service, ServiceCIDR } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Random } from '../../base/random.ts';
import type { Cache } from '../../storage/cache.ts';
import { prefixOf } from '../registry/keys.ts';
import { type IPRange, ipRange } from './ipRange.ts';
import { RangeAllocator } from './rangeAllocator.ts';

export interface ServiceAllocatorsOptions {
  readonly cache: Pick<Cache, 'list' | 'onChange'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'number'>;
  /** IPv4, for example `10.96.0.0/16`. */
  readonly serviceCidr: string;
  /** Both inclusive; default 30000 to 32767. */
  readonly nodePorts?: { readonly first: number; readonly last: number };
}

export interface AddressRange {
  readonly range: IPRange;
  readonly allocator: RangeAllocator;
}

export interface ServiceAllocators extends Disposable {
  /** Of the range that the cluster was made with. */
  readonly addresses: AddressRange;
  /** All ranges that addresses are taken from: that one first, then those of ServiceCIDRs. */
  ranges(): readonly AddressRange[];
  readonly nodePorts: { readonly first: number; readonly last: number; readonly allocator: RangeAllocator };
}

/** Cluster addresses and node ports: who has which follows from the services that there are, change by change. */
export function createServiceAllocators(options: ServiceAllocatorsOptions): ServiceAllocators {
  const { cache, clock, random, nodePorts = { first: 30000, last: 32767 } } = options;
  const range = ipRange(options.serviceCidr);
  const portCount = nodePorts.last - nodePorts.first + 1;
  const addressRange = (of: IPRange): AddressRange => ({
    range: of,
    allocator: new RangeAllocator({ size: of.size, staticBand: band(of.size, 16, 256), clock, random }),
  });
  const addresses = addressRange(range);
  const added = new Map<string, AddressRange>();
  const ports = new RangeAllocator({ size: portCount, staticBand: band(portCount, 32, 128), clock, random });

  const changeAddresses = (of: AddressRange, service: Service, how: 'hold' | 'release'): void => {
    for (const ip of service.spec.clusterIPs ?? []) {
      const number = of.range.indexOf(ip);
      if (number !== undefined) of.allocator[how](keyOf(service.metadata), number);
    }
  };
  const change = (service: Service, how: 'hold' | 'release'): void => {
    changeAddresses(addresses, service, how);
    for (const of of added.values()) changeAddresses(of, service, how);
    for (const port of nodePortsOf(service)) ports[how](keyOf(service.metadata), port - nodePorts.first);
  };

  const prefix = prefixOf(services, '');
  const subscription = cache.onChange(prefix, ({ type, entry, previous }) => {
    if (previous !== undefined) change(previous.object as Service, 'release');
    if (type === 'put') change(entry.object as Service, 'hold');
  });
  for (const entry of cache.list(prefix)) change(entry.object as Service, 'hold');

  const rangesPrefix = prefixOf(serviceCIDRs, '');
  /** Those that a new address may be of; what a range that is being deleted has given out stays. */
  const follow = (): void => {
    const open = cache
      .list(rangesPrefix)
      .map(({ object }) => object as ServiceCIDR)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap(({ spec }) => spec.cidrs ?? []);
    for (const cidr of added.keys()) if (!open.includes(cidr)) added.delete(cidr);
    for (const cidr of open) {
      const more = cidr === range.cidr || added.has(cidr) ? undefined : usableRange(cidr);
      if (more === undefined) continue;
      const of = addressRange(more);
      for (const entry of cache.list(prefix)) changeAddresses(of, entry.object as Service, 'hold');
      added.set(cidr, of);
    }
  };
  const followed = cache.onChange(rangesPrefix, follow);
  follow();

  return {
    addresses,
    ranges: () => [addresses, ...added.values()],
    nodePorts: { ...nodePorts, allocator: ports },
    dispose() {
      subscription.dispose();
      followed.dispose();
    },
  };
}

/** A range of IPv4 with room for a service; services have no other addresses here. */
function usableRange(cidr: string): IPRange | undefined {
  try {
    return ipRange(cidr);
  } catch {
    return undefined;
  }
}

/** All ports of the nodes that a service takes, that of the health check included. */
function nodePortsOf({ spec }: Service): readonly number[] {
  return [...(spec.ports ?? []).map((port) => port.nodePort), spec.healthCheckNodePort].filter(
    (port): port is number => port !== undefined && port !== 0,
  );
}

/** The band at the start that is kept for numbers asked for by name (KEP-3070, KEP-3668). */
function band(size: number, fraction: number, most: number): number {
  if (size < 16) return 0;
  return Math.min(Math.max(16, Math.floor(size / fraction)), most, size);
}
