import assert from 'node:assert/strict';
import { compareVersions } from './versions.ts';

describe('compareVersions()', () => {
  it('puts the most stable and newest version first, other names last', () => {
    const order = [
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v10beta3',
      'v3beta1',
      'v12alpha1',
      'v11alpha2',
      'foo1',
      'foo10',
    ];
    assert.deepEqual([...order].reverse().sort(compareVersions), order);
  });
});
