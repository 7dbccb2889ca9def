import assert from 'node:assert/strict';
import type { Resource } from '../../api/resource.ts';
import { deployments, pods } from '../../api/resources.ts';
import { deletionConditions } from './conditions.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const LATER = NOW + 60_000;
const nothing = { errors: [], remaining: new Map<Resource, number>(), finalizers: new Map<string, number>() };
const short = (conditions: ReturnType<typeof deletionConditions>) =>
  conditions.map(({ type, status, reason }) => `${type} ${status} ${reason ?? ''}`);

describe('deletionConditions', () => {
  it('are all there and False where nothing holds the namespace up', () => {
    assert.deepEqual(short(deletionConditions([], nothing, NOW)), [
      'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered',
      'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions',
      'NamespaceDeletionContentFailure False ContentDeleted',
      'NamespaceContentRemaining False ContentRemoved',
      'NamespaceFinalizersRemaining False ContentHasNoFinalizers',
    ]);
  });

  it('say what remains, in a fixed order, with upstream’s dot after core resources', () => {
    const conditions = deletionConditions(
      [],
      {
        errors: ['b failed', 'a failed'],
        remaining: new Map<Resource, number>([
          [pods, 2],
          [deployments, 1],
        ]),
        finalizers: new Map([['x/hold', 3]]),
      },
      NOW,
    );
    assert.deepEqual(
      conditions.slice(2).map(({ message }) => message),
      [
        'Failed to delete all resource types, 2 remaining: a failed, b failed',
        'Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances',
        'Some content in the namespace has finalizers remaining: x/hold in 3 resource instances',
      ],
    );
  });

  it('keep the time of a state that lasts, and foreign conditions', () => {
    const foreign = { type: 'Mine', status: 'True' };
    const first = deletionConditions([foreign], { ...nothing, errors: ['x'] }, NOW);
    const second = deletionConditions(first, nothing, LATER);
    const times = Object.fromEntries(
      second.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    );
    assert.equal(times.NamespaceContentRemaining, '2026-01-01T00:00:00Z');
    assert.equal(times.NamespaceDeletionContentFailure, '2026-01-01T00:01:00Z');
    assert.deepEqual(second[0], foreign);
  });
});
