import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.ts';
import { dynamicResources } from './dynamicResources.ts';

describe('DynamicResources', () => {
  const reasonFor = (spec: object): string | undefined =>
    dynamicResources().preEnqueue?.({ metadata: { name: 'p', namespace: 'ns' }, spec } as unknown as Pod)
      ?.reasons[0];

  it('keeps pods back whose claims are not there', () => {
    assert.equal(
      reasonFor({ resourceClaims: [{ name: 'gpu', resourceClaimName: 'c' }] }),
      'resourceclaim.resource.k8s.io "c" not found',
    );
    assert.equal(
      reasonFor({ resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }] }),
      'pod "ns/p": ResourceClaim not created yet',
    );
  });

  it('lets all others go', () => {
    assert.deepEqual([reasonFor({}), reasonFor({ resourceClaims: [] })], [undefined, undefined]);
  });
});
