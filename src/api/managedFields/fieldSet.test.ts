import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  difference,
  equalSets,
  intersection,
  isMember,
  LEAF,
  pathsOf,
  union,
  type FieldSet,
} from './fieldSet.ts';

/** Sets are what their members' paths are. */
const set: fc.Arbitrary<FieldSet | undefined> = fc
  .array(fc.array(fc.constantFrom('f:a', 'f:b', 'f:c'), { minLength: 1, maxLength: 3 }), { maxLength: 5 })
  .map((paths) => paths.reduce<FieldSet | undefined>((sum, path) => union(sum, pathSet(path)), undefined));

function pathSet(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>((node, element) => ({ [element]: node }), LEAF);
}

const members = (of: FieldSet | undefined): string[] => pathsOf(of).sort();

describe('field sets', () => {
  it('union, difference and intersection are those of their members', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        assert.deepEqual(members(union(a, b)), [...new Set([...inA, ...inB])].sort());
        assert.deepEqual(
          members(difference(a, b)),
          inA.filter((path) => !inB.includes(path)),
        );
        assert.deepEqual(
          members(intersection(a, b)),
          inA.filter((path) => inB.includes(path)),
        );
        assert.equal(equalSets(a, b), inA.join() === inB.join());
      }),
    );
  });

  it('an empty result is undefined', () => {
    fc.assert(
      fc.property(set, (a) => {
        assert.equal(difference(a, a), undefined);
        assert.equal(union(a, undefined), a);
        assert.equal(intersection(a, undefined), undefined);
      }),
    );
  });

  it('pathsOf names members as conflicts do', () => {
    const spec: FieldSet = {
      'f:metadata': { 'f:finalizers': { 'v:"a/b"': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"app"}': {
            '.': {},
            'f:image': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': {} },
          },
        },
        'f:list': { 'i:1': {} },
      },
    };
    assert.deepEqual(pathsOf(spec), [
      '.metadata.finalizers[="a/b"]',
      '.spec.containers[name="app"]',
      '.spec.containers[name="app"].image',
      '.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"]',
      '.spec.list[1]',
    ]);
    assert.equal(isMember({ 'f:a': {} }), false);
    assert.equal(isMember({ '.': {}, 'f:a': {} }), true);
    assert.equal(isMember({}), true);
  });
});
