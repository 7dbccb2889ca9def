import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import type { Service } from '../../api/types.ts';
import type { Cache, CacheEvent } from '../../storage/cache.ts';
import { createServiceAllocators } from './serviceAllocators.ts';

type Entry = CacheEvent['entry'];
const serviceOf = (name: string, spec: object): Entry =>
  ({
    key: name,
    object: { metadata: { name, namespace: 'ns' }, spec } as unknown as Service,
  }) as unknown as Entry;

describe('createServiceAllocators', () => {
  let listener: (event: CacheEvent) => void = () => undefined;
  let ranges: readonly Entry[] = [];
  let rangesChanged: () => void = () => undefined;
  const isOfRanges = (prefix: string): boolean => prefix.includes('servicecidrs');
  const cacheOf = (...entries: Entry[]): Pick<Cache, 'list' | 'onChange'> => ({
    list: (prefix) => (isOfRanges(prefix) ? ranges : entries),
    onChange(prefix, added) {
      if (isOfRanges(prefix)) rangesChanged = () => added({} as CacheEvent);
      else listener = added;
      return { dispose: () => undefined };
    },
  });
  beforeEach(() => {
    ranges = [];
  });
  const create = (...entries: Entry[]): ReturnType<typeof createServiceAllocators> =>
    createServiceAllocators({
      cache: cacheOf(...entries),
      clock: new FakeClock(),
      random: { number: () => 0 },
      serviceCidr: '10.96.0.0/24',
    });
  const change = (type: CacheEvent['type'], entry: Entry, previous?: Entry): void =>
    listener({ type, entry, previous, cause: undefined });

  it('knows at start what the services have, headless ones and foreign addresses left out', () => {
    const { addresses, nodePorts } = create(
      serviceOf('a', { clusterIPs: ['10.96.0.7'], ports: [{ nodePort: 30001 }, { nodePort: 30002 }] }),
      serviceOf('b', { clusterIPs: ['None'] }),
      serviceOf('c', { clusterIPs: ['10.97.0.1'], healthCheckNodePort: 30003 }),
    );
    assert.deepEqual([addresses.allocator.used, nodePorts.allocator.used], [1, 3]);
    assert.equal(addresses.allocator.claim('ns/x', 6), false);
  });

  it('follows changes and deletions', () => {
    const { addresses, nodePorts } = create();
    const before = serviceOf('a', { clusterIPs: ['10.96.0.7'], ports: [{ nodePort: 30001 }] });
    const after = serviceOf('a', { clusterIPs: ['10.96.0.7'], ports: [{ nodePort: 30005 }] });
    change('put', before);
    change('put', after, before);
    assert.deepEqual([addresses.allocator.used, nodePorts.allocator.used], [1, 1]);
    assert.equal(nodePorts.allocator.claim('ns/x', 1), true);
    assert.equal(nodePorts.allocator.claim('ns/x', 5), false);
    change('delete', after, after);
    assert.deepEqual([addresses.allocator.used, nodePorts.allocator.used], [0, 0]);
  });

  it('leaves the start of both ranges to those who ask by name', () => {
    const { addresses, nodePorts } = create();
    assert.equal(addresses.range.addressAt(addresses.allocator.pick('a') ?? -1), '10.96.0.17');
    assert.equal(nodePorts.first + (nodePorts.allocator.pick('a') ?? -1), 30086);
  });

  it('takes addresses of the ranges that there are, and no new ones of a range that goes', () => {
    const rangeOf = (cidr: string, metadata: object = {}): Entry =>
      ({ object: { metadata, spec: { cidrs: [cidr] } } }) as unknown as Entry;
    ranges = [rangeOf('10.96.0.0/24'), rangeOf('10.98.0.0/28'), rangeOf('fd00::/112')];
    const allocators = create(serviceOf('a', { clusterIPs: ['10.98.0.3'] }));
    const cidrs = (): string[] => allocators.ranges().map(({ range }) => range.cidr);
    assert.deepEqual(cidrs(), ['10.96.0.0/24', '10.98.0.0/28']);
    assert.equal(allocators.ranges()[1]?.allocator.used, 1);
    ranges = [rangeOf('10.98.0.0/28', { deletionTimestamp: 't' }), rangeOf('10.99.0.0/28')];
    rangesChanged();
    assert.deepEqual(cidrs(), ['10.96.0.0/24', '10.99.0.0/28']);
  });
});
