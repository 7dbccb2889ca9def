import assert from 'node:assert/strict';
import { type FieldError, field, invalid } from './fieldErrors.ts';
import { remembering } from './rules.ts';

describe('remembering', () => {
  const path = field('x');
  let asked = 0;
  const check = remembering((value: { readonly n: number }, at): FieldError[] => {
    asked += 1;
    return value.n < 0 ? [invalid(at, value.n, 'must not be negative')] : [];
  });
  beforeEach(() => (asked = 0));

  it('asks once about a frozen value that is right', () => {
    const value = Object.freeze({ n: 1 });
    assert.deepEqual([check(value, path), check(value, path)], [[], []]);
    assert.equal(asked, 1);
  });

  it('asks again about what is wrong, and about what may have changed', () => {
    const wrong = Object.freeze({ n: -1 });
    assert.equal(check(wrong, path).length, 1);
    assert.equal(check(wrong, path).length, 1);
    const open = { n: 1 };
    check(open, path);
    open.n = -1;
    assert.equal(check(open, path).length, 1);
    assert.equal(asked, 4);
  });
});
