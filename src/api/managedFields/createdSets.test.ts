import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Draft } from '../meta.ts';
import { all } from './compare.ts';
import { createdSet, textOfSet } from './createdSets.ts';
import type { FieldSet } from './fieldSet.ts';
import { owned } from './ownership.ts';
import { builtIn } from '../schema/index.ts';

const POD = builtIn('V1Pod');
const name = fc.constantFrom('a', 'b', 'c');
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const texts = fc.dictionary(name, fc.string(), { maxKeys: 3 });

/** Pods of a few forms: inherent structs, maps, keyed lists, sets, and fields without a value. */
const pod: fc.Arbitrary<Draft> = fc
  .record({
    metadata: fc.record({
      name,
      labels: maybe(texts),
      finalizers: maybe(fc.uniqueArray(name)),
      uid: maybe(fc.string()),
    }),
    spec: fc.record({
      nodeName: maybe(name),
      securityContext: maybe(fc.constant({})),
      nodeSelector: maybe(texts),
      containers: fc.array(
        fc.record({
          name,
          image: maybe(name),
          resources: maybe(fc.record({ limits: maybe(texts) })),
          ports: maybe(
            fc.array(fc.record({ containerPort: fc.integer({ min: 1, max: 3 }), protocol: maybe(name) })),
          ),
        }),
        { maxLength: 3 },
      ),
    }),
    status: maybe(fc.record({ phase: maybe(name) })),
  })
  .map((fields) => ({ apiVersion: 'v1', kind: 'Pod', ...fields }) as unknown as Draft);

const walked = (draft: Draft, subresource: string): FieldSet | undefined =>
  owned(all(POD.shape, draft, true), subresource);

describe('createdSet', () => {
  it('is what the whole walk gives, whatever forms came before', () => {
    fc.assert(
      fc.property(
        fc.array(pod, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('', 'status'),
        (pods, sub) => {
          for (const draft of pods) assert.deepEqual(createdSet(POD, draft, sub), walked(draft, sub));
        },
      ),
    );
  });

  it('is one set for objects of one form, with its text at hand', () => {
    const draft = (image: string): Draft =>
      ({ metadata: { name: image }, spec: { containers: [{ name: 'web', image }] } }) as unknown as Draft;
    const first = createdSet(POD, draft('a'), '');
    assert.ok(first !== undefined);
    assert.equal(createdSet(POD, draft('b'), ''), first);
    assert.equal(textOfSet(first), JSON.stringify(first));
    assert.ok(Object.isFrozen(first['f:spec']));
  });

  it('gives sets that are too large to be remembered all the same', () => {
    const data = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 'x']));
    const draft = { metadata: { name: 'large' }, data } as unknown as Draft;
    const set = createdSet(builtIn('V1ConfigMap'), draft, '');
    assert.ok(set !== undefined);
    assert.equal(Object.keys(set['f:data'] ?? {}).length, 1_001);
    assert.equal(textOfSet(set), undefined);
  });
});
