import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FieldMatcher, parseFieldSelector } from './fieldSelector.ts';

describe('field selectors', () => {
  it('parseFieldSelector reads =, == and != and their escapes', () => {
    assert.deepEqual(parseFieldSelector('a=b,c!=d,e==f').terms, [
      { field: 'a', operator: '=', value: 'b' },
      { field: 'c', operator: '!=', value: 'd' },
      { field: 'e', operator: '=', value: 'f' },
    ]);
    assert.deepEqual(parseFieldSelector('a=b\\,c\\=d\\\\').terms, [
      { field: 'a', operator: '=', value: 'b,c=d\\' },
    ]);
    assert.equal(parseFieldSelector('').empty, true);
  });

  it('parseFieldSelector refuses what it cannot understand', () => {
    assert.throws(() => parseFieldSelector('a'), /invalid selector: 'a'; can't understand 'a'/);
    assert.throws(() => parseFieldSelector('a=b\\x'), /invalid escape sequence: \\x/);
    assert.throws(() => parseFieldSelector('a=b=c'), /unescaped character in value: '='/);
  });

  it('FieldMatcher.matches takes a missing field as empty', () => {
    const selector = parseFieldSelector('spec.nodeName=,status.phase!=Failed');
    assert.equal(selector.matches({ 'status.phase': 'Running' }), true);
    assert.equal(selector.matches({ 'spec.nodeName': 'n', 'status.phase': 'Running' }), false);
    assert.equal(selector.matches({ 'status.phase': 'Failed' }), false);
  });

  it('FieldMatcher.requires finds the exact value of a field', () => {
    assert.equal(parseFieldSelector('metadata.name=x,a!=b').requires('metadata.name'), 'x');
    assert.equal(parseFieldSelector('metadata.name!=x').requires('metadata.name'), undefined);
  });

  it('any value survives being formatted and parsed', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('=' as const, '!=' as const), (value, operator) => {
        const terms = [
          { field: 'a.b', operator, value },
          { field: 'c', operator: '=' as const, value: 'd' },
        ];
        assert.deepEqual(parseFieldSelector(new FieldMatcher(terms).toString()).terms, terms);
      }),
    );
  });
});
