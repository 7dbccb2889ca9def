import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { BOUND_BY_CONTROLLER, hasAnnotation } from '../../api/volumes/binding.ts';
import { findMatchingVolume } from '../../api/volumes/matching.ts';
import { persistentVolumeBinder } from './binder.ts';

const size = fc.integer({ min: 1, max: 4 });
const modes = fc.constantFrom(['ReadWriteOnce'], ['ReadOnlyMany'], ['ReadWriteOnce', 'ReadOnlyMany']);
/** The number of the claim or volume that it is reserved for. Usually none. */
const peer = fc.option(fc.nat({ max: 5 }), { freq: 2 });
const thing = fc.record({ size, modes, peer });
const step = fc.oneof(
  { weight: 3, arbitrary: thing.map((volume) => ({ volume })) },
  { weight: 3, arbitrary: thing.map((claim) => ({ claim })) },
  { weight: 1, arbitrary: fc.nat({ max: 5 }).map((deleted) => ({ deleted })) },
);
type Step = { volume: Thing } | { claim: Thing } | { deleted: number };
interface Thing {
  readonly size: number;
  readonly modes: readonly string[];
  readonly peer: number | null;
}

describe('the persistentvolume-binder', () => {
  it('binds one to one, whatever comes in whatever order, and leaves no pair unbound that fits', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps: readonly Step[]) => {
        const create = persistentVolumeBinder();
        const entry = { name: 'persistentvolume-binder', account: 'persistent-volume-binder', create };
        const cluster = await startControlledCluster({ controllers: [entry], kubelet: false });
        try {
          await carryOut(cluster, steps);
          await cluster.until('all is bound that fits', () => isSettled(cluster));
          check(cluster);
        } finally {
          await cluster.stop();
        }
      }),
      { numRuns: 12 },
    );
  });
});

async function carryOut({ client }: ControlledCluster, steps: readonly Step[]): Promise<void> {
  let volumes = 0;
  let claims = 0;
  const storage = (thing: Thing): string => `${thing.size}Gi`;
  for (const one of steps) {
    if ('volume' in one) {
      const { peer: of } = one.volume;
      await client.create(persistentVolumes, {
        metadata: { name: `v${volumes++}` },
        spec: {
          capacity: { storage: storage(one.volume) },
          accessModes: [...one.volume.modes],
          hostPath: { path: '/d' },
          ...(of === null ? {} : { claimRef: { namespace: 'ns', name: `c${of}` } }),
        },
      });
    } else if ('claim' in one) {
      const { peer: of } = one.claim;
      await client.create(persistentVolumeClaims, {
        metadata: { namespace: 'ns', name: `c${claims++}` },
        spec: {
          accessModes: [...one.claim.modes],
          resources: { requests: { storage: storage(one.claim) } },
          storageClassName: '',
          ...(of === null ? {} : { volumeName: `v${of}` }),
        },
      });
    } else if (one.deleted < claims) {
      const gone = { namespace: 'ns', name: `c${one.deleted}` };
      await client.delete(persistentVolumeClaims, gone).catch(() => undefined);
    }
  }
}

/** No claim waits that could have a volume, and no binding is half done. */
function isSettled(cluster: ControlledCluster): boolean {
  const volumes = cluster.list(persistentVolumes);
  const claims = cluster.list(persistentVolumeClaims);
  const isClaimDone = claims.every((claim) => {
    if (claim.status?.phase === 'Bound') return true;
    return (claim.spec.volumeName ?? '') !== '' || findMatchingVolume(claim, volumes) === undefined;
  });
  const isVolumeDone = volumes.every(({ metadata, spec: { claimRef }, status }) => {
    if ((claimRef?.uid ?? '') === '') return status?.phase === 'Available';
    const claim = claims.find(({ metadata: { uid } }) => uid === claimRef?.uid);
    if (claim === undefined) return status?.phase === 'Released';
    return status?.phase === 'Bound' && claim.spec.volumeName === metadata.name;
  });
  return isClaimDone && isVolumeDone;
}

function check(cluster: ControlledCluster): void {
  const volumes = new Map(cluster.list(persistentVolumes).map((volume) => [volume.metadata.name, volume]));
  const bound = cluster.list(persistentVolumeClaims).filter(({ status }) => status?.phase === 'Bound');
  assert.equal(new Set(bound.map(({ spec }) => spec.volumeName)).size, bound.length, 'one claim a volume');
  for (const claim of bound) {
    const { metadata, spec } = claim;
    const volume = volumes.get(spec.volumeName ?? '');
    assert.equal(volume?.spec.claimRef?.uid, metadata.uid);
    // If a claim names its volume and the volume names the claim, the size is not checked.
    if (!hasAnnotation(claim, BOUND_BY_CONTROLLER)) continue;
    const [has = '0', wants = '0'] = [
      volume.spec.capacity?.['storage'],
      spec.resources?.requests?.['storage'],
    ];
    assert.ok(compareQuantities(parseQuantity(has), parseQuantity(wants)) >= 0, 'it is large enough');
  }
}
