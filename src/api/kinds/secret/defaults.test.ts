import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import { secret } from './kind.ts';

describe('defaults of Secret', () => {
  it('merges the texts of a secret over its data', () => {
    assert.deepEqual(defaulted(secret, { data: { a: 'eA==', b: 'eQ==' }, stringData: { a: 'new' } }), {
      metadata: { name: 'a' },
      type: 'Opaque',
      data: { a: 'bmV3', b: 'eQ==' },
    });
  });
});
