import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../../clone.ts';
import type { JsonSchema } from './node.ts';
import { structuralSchema } from './structural.ts';

const KEYS = ['a', 'b', 'c'];
const key = fc.constantFrom(...KEYS);
const value = fc.jsonValue({ maxDepth: 2 });

/** Schemas that are structural, with defaults that may be anything. */
const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record(
      { type: fc.constantFrom('string', 'integer'), default: value, nullable: fc.boolean() },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      { type: fc.constant('array'), items: tie('schema'), default: value },
      { requiredKeys: ['type', 'items'] },
    ),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(key, tie('schema'), { noNullPrototype: true }),
        nullable: fc.boolean(),
        default: value,
        'x-kubernetes-preserve-unknown-fields': fc.constant(true),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
}));

describe('structural schemas of any form', () => {
  it('prune and default to the same the second time, whatever they are given', () => {
    const object = fc.dictionary(key, value, { noNullPrototype: true });
    fc.assert(
      fc.property(schema, object, (spec, given) => {
        const made = structuralSchema(
          { group: 'example.com', version: 'v1', kind: 'Widget' },
          { type: 'object', properties: { spec } },
        );
        const draft: unknown = {
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          metadata: { name: 'x' },
          spec: given,
        };
        const pass = (): void => {
          made.conform(draft);
          made.setDefaults(draft);
        };
        // What defaults bring in is pruned by the next pass: definitions have none that need it.
        pass();
        pass();
        const settled = cloneJson(draft);
        pass();
        assert.deepEqual(draft, settled);
      }),
    );
  });
});
