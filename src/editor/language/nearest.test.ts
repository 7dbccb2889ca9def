import assert from 'node:assert/strict';
import { nearest } from './nearest.ts';

describe('nearest()', () => {
  const names = ['image', 'imagePullPolicy', 'name', 'args', 'env', 'envFrom', 'ports', 'replicas'];
  for (const [written, expected] of [
    ['imag', ['image']],
    ['iamge', ['image']],
    ['Image', ['image']],
    ['imagepullpolicy', ['imagePullPolicy']],
    ['replica', ['replicas']],
    ['naem', ['name']],
    ['port', ['ports']],
    ['arg', ['args']],
    ['enviroment', []],
    ['x', []],
  ] as const) {
    it(`${written}: ${expected.join(', ') || 'nothing'}`, () =>
      assert.deepEqual(nearest(written, names), expected));
  }
});
