import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Endpoint, EndpointSlice } from '../../api/types.ts';
import { packSlices, type PackingPlan } from './packing.ts';

const PORTS = [{ name: '', port: 80, protocol: 'TCP' }];
const endpoint = (id: number, ready = true): Endpoint => ({
  addresses: [`10.0.0.${id}`],
  conditions: { ready },
  targetRef: { uid: `u${id}` },
});
let made = 0;
const slice = (endpoints: readonly Endpoint[], ports = PORTS): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `s${++made}`,
    namespace: 'd',
    uid: `s${made}`,
    resourceVersion: '1',
    creationTimestamp: '',
  },
  addressType: 'IPv4',
  ports,
  endpoints,
});
const group = (endpoints: readonly Endpoint[], ports = PORTS) => ({ addressType: 'IPv4', ports, endpoints });

/** The slices that there are after the plan was carried out. */
function after(plan: PackingPlan): EndpointSlice[] {
  return [
    ...plan.unchanged,
    ...plan.updates.map((update) => ({ ...update.slice, endpoints: update.endpoints })),
    ...plan.creations.map((content) => slice(content.endpoints, content.ports as typeof PORTS)),
  ];
}

describe('packSlices', () => {
  it('makes one empty slice for a Service without endpoints, and keeps it', () => {
    const first = packSlices([], [group([], [])], 100);
    assert.equal(first.creations.length, 1);
    const second = packSlices(after(first), [group([], [])], 100);
    assert.deepEqual([second.creations, second.updates, second.deletions], [[], [], []]);
  });

  it('fills new slices up to the limit', () => {
    const plan = packSlices([], [group(Array.from({ length: 250 }, (_, i) => endpoint(i)))], 100);
    assert.deepEqual(
      plan.creations.map((content) => content.endpoints.length),
      [100, 100, 50],
    );
  });

  it('writes only the slice that has the changed endpoint', () => {
    const [a, b] = [slice([endpoint(1), endpoint(2)]), slice([endpoint(3)])];
    const plan = packSlices([a, b], [group([endpoint(1), endpoint(2), endpoint(3, false)])], 100);
    assert.deepEqual(plan.updates, [{ slice: b, endpoints: [endpoint(3, false)] }]);
    assert.deepEqual(plan.unchanged, [a]);
  });

  it('puts a new endpoint where a write is due anyway', () => {
    const [a, b] = [slice([endpoint(1), endpoint(2)]), slice([endpoint(3), endpoint(4), endpoint(5)])];
    const plan = packSlices([a, b], [group([2, 3, 4, 5, 6].map((id) => endpoint(id)))], 100);
    assert.deepEqual(plan.updates, [{ slice: a, endpoints: [endpoint(2), endpoint(6)] }]);
  });

  it('deletes a slice that is empty while others are not, and slices of ports that are gone', () => {
    const [a, b] = [slice([endpoint(1)]), slice([endpoint(2)])];
    const other = slice([endpoint(2)], [{ name: 'old', port: 1, protocol: 'TCP' }]);
    const plan = packSlices([a, b, other], [group([endpoint(2)])], 100);
    assert.deepEqual(plan.deletions, [a, other]);
  });

  it('shows exactly the wanted endpoints, within the limit, and then has nothing left to do', () => {
    const ids = fc.uniqueArray(fc.nat(30), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (steps, max) => {
        let slices: EndpointSlice[] = [];
        for (const wanted of steps) {
          const groups = [group(wanted.map((id) => endpoint(id)))];
          slices = after(packSlices(slices, groups, max));
          assert.deepEqual(
            slices.flatMap((each) => (each.endpoints ?? []).map(({ targetRef }) => targetRef!.uid!)).sort(),
            wanted.map((id) => `u${id}`).sort(),
          );
          for (const each of slices) assert.ok((each.endpoints ?? []).length <= max);
          if (wanted.length > 0) assert.ok(slices.every((each) => (each.endpoints ?? []).length > 0));
          else assert.equal(slices.length, 1);
          const again = packSlices(slices, groups, max);
          assert.deepEqual([again.creations, again.updates, again.deletions], [[], [], []]);
        }
      }),
    );
  });
});
