import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ownProperty } from '../../src/base/ownProperty.ts';
import { persistentVolumeClaims, pods } from '../../src/api/resources.ts';
import { isConflict, isNotFound, isReason } from '../../src/api/status.ts';
import { StorageCluster } from '../harness/storageCluster.ts';

const MADE_BY = 'pv.kubernetes.io/provisioned-by';
const number = fc.nat({ max: 3 });
const step = fc.oneof(
  { weight: 3, arbitrary: number.map((claim) => ({ claim })) },
  { weight: 4, arbitrary: fc.record({ pod: number, uses: fc.subarray([0, 1, 2, 3], { minLength: 1 }) }) },
  { weight: 2, arbitrary: number.map((gone) => ({ gone })) },
  { weight: 2, arbitrary: number.map((ended) => ({ ended })) },
);
type Step =
  { claim: number } | { pod: number; uses: readonly number[] } | { gone: number } | { ended: number };

describe('volumes that are made for pods', () => {
  it('are where the pods are, one for a claim, and none is left when the claims are gone', async function () {
    this.timeout(120_000);
    const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
      const world = await StorageCluster.start();
      const made = new Set<string>();
      const watching = world.cluster.server.cache.onChange('', () => {
        for (const { metadata } of world.volumes) made.add(metadata.name);
      });
      try {
        await world.addNodes('a', 'b');
        for (const one of steps) await carryOut(world, one);
        await world.until('what can run does', () => isSettled(world));
        check(world);
        await endAll(world);
        await world.until('nothing is left', () => world.volumes.length === 0);
        const removed = world.removed.map((path) => path.slice(path.indexOf('/') + 1));
        assert.deepEqual(removed.sort(), [...made].sort(), 'the data of each are removed once');
      } finally {
        watching.dispose();
        await world.stop();
      }
    });
    await fc.assert(property, { numRuns: 5 });
  });
});

async function carryOut(world: StorageCluster, one: Step): Promise<void> {
  try {
    if ('claim' in one) await world.makeClaim(`c${one.claim}`);
    else if ('gone' in one) await world.deleteClaim(`c${one.gone}`);
    else if ('ended' in one) await world.deletePod(`p${one.ended}`);
    else {
      const volumes = one.uses.map((claim) => ({
        name: `v${claim}`,
        persistentVolumeClaim: { claimName: `c${claim}` },
      }));
      await world.makePod(`p${one.pod}`, volumes);
    }
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error) && !isReason(error, 'AlreadyExists')) throw error;
  }
}

/** Every pod runs, unless a claim is missing or on its way out, or its claims are on different nodes. */
function isSettled(world: StorageCluster): boolean {
  return world.cluster.list(pods).every(({ metadata, spec }) => {
    if (metadata.deletionTimestamp !== undefined) return false;
    if (world.runs(metadata.name)) return true;
    const claims = spec.volumes?.map(({ persistentVolumeClaim: used }) => world.claim(used?.claimName ?? ''));
    const isHeld = claims?.some(
      (claim) => claim === undefined || claim.metadata.deletionTimestamp !== undefined,
    );
    const places = claims?.map((claim) =>
      ownProperty(claim?.metadata.annotations, 'volume.kubernetes.io/selected-node'),
    );
    return isHeld === true || new Set(places?.filter((place) => place !== undefined)).size > 1;
  });
}

function check(world: StorageCluster): void {
  for (const { metadata, spec } of world.cluster.list(pods)) {
    if (!world.runs(metadata.name)) continue;
    for (const { persistentVolumeClaim: used } of spec.volumes ?? []) {
      const claim = world.claim(used?.claimName ?? '');
      const volume = world.volumes.find(({ metadata: { name } }) => name === claim?.spec.volumeName);
      assert.equal(volume?.spec.claimRef?.uid, claim?.metadata.uid);
      const [term] = volume?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
      assert.deepEqual(term?.matchExpressions?.[0]?.values, [spec.nodeName]);
      assert.ok(ownProperty(volume?.metadata.annotations, MADE_BY) !== undefined);
    }
  }
}

async function endAll(world: StorageCluster): Promise<void> {
  for (const { metadata } of world.cluster.list(pods)) await world.client.delete(pods, metadata);
  for (const { metadata } of world.cluster.list(persistentVolumeClaims)) {
    await world.client.delete(persistentVolumeClaims, metadata).catch(() => undefined);
  }
}
