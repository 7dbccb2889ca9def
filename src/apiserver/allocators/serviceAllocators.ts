import { keyOf } from '../../api/meta.ts';
import { services } from '../../api/resources.ts';
import type { Service } from '../../api/types.ts';
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

export interface ServiceAllocators extends Disposable {
  readonly addresses: { readonly range: IPRange; readonly allocator: RangeAllocator };
  readonly nodePorts: { readonly first: number; readonly last: number; readonly allocator: RangeAllocator };
}

/** Cluster addresses and node ports: who has which follows from the services that there are, change by change. */
export function createServiceAllocators(options: ServiceAllocatorsOptions): ServiceAllocators {
  const { cache, clock, random, nodePorts = { first: 30000, last: 32767 } } = options;
  const range = ipRange(options.serviceCidr);
  const portCount = nodePorts.last - nodePorts.first + 1;
  const addresses = new RangeAllocator({
    size: range.size,
    staticBand: band(range.size, 16, 256),
    clock,
    random,
  });
  const ports = new RangeAllocator({ size: portCount, staticBand: band(portCount, 32, 128), clock, random });

  const numbersOf = (service: Service): { addresses: readonly number[]; ports: readonly number[] } => ({
    addresses: (service.spec.clusterIPs ?? [])
      .map((ip) => range.indexOf(ip))
      .filter((index) => index !== undefined),
    ports: nodePortsOf(service).map((port) => port - nodePorts.first),
  });
  const change = (service: Service, how: 'hold' | 'release'): void => {
    const owner = keyOf(service.metadata);
    const numbers = numbersOf(service);
    for (const number of numbers.addresses) addresses[how](owner, number);
    for (const number of numbers.ports) ports[how](owner, number);
  };

  const prefix = prefixOf(services, '');
  const subscription = cache.onChange(prefix, ({ type, entry, previous }) => {
    if (previous !== undefined) change(previous.object as Service, 'release');
    if (type === 'put') change(entry.object as Service, 'hold');
  });
  for (const entry of cache.list(prefix)) change(entry.object as Service, 'hold');

  return {
    addresses: { range, allocator: addresses },
    nodePorts: { ...nodePorts, allocator: ports },
    dispose: () => subscription.dispose(),
  };
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
