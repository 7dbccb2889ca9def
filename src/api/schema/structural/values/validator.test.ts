import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonSchema } from '../node.ts';
import { ABSENT } from './absent.ts';
import { compileValidator } from './validator.ts';

const errorsOf = (schema: JsonSchema, value: unknown, old: unknown = ABSENT): string[] =>
  compileValidator({ type: 'object', properties: { x: schema } })(
    { x: value },
    old === ABSENT ? ABSENT : { x: old },
    '',
  ).errors.map(({ field, message }) => `${field}: ${message}`);

describe('compileValidator', () => {
  const refused: readonly [string, JsonSchema, unknown, string[]][] = [
    [
      'a type',
      { type: 'integer' },
      'a',
      ['x: Invalid value: "string": x in body must be of type integer: "string"'],
    ],
    [
      'a number for an integer',
      { type: 'integer' },
      1.5,
      ['x: Invalid value: "number": x in body must be of type integer: "number"'],
    ],
    [
      'null',
      { type: 'string' },
      null,
      ['x: Invalid value: "null": x in body must be of type string: "null"'],
    ],
    [
      'an enum',
      { type: 'string', enum: ['a', 'b'] },
      'c',
      ['x: Unsupported value: "c": supported values: "a", "b"'],
    ],
    [
      'an enum of numbers',
      { type: 'integer', enum: [1, 2] },
      3,
      ['x: Unsupported value: 3: supported values: "1", "2"'],
    ],
    [
      'a maximum',
      { type: 'integer', maximum: 10 },
      11,
      ['x: Invalid value: 11: x in body should be less than or equal to 10'],
    ],
    [
      'an exclusive maximum',
      { type: 'number', maximum: 1.5, exclusiveMaximum: true },
      1.5,
      ['x: Invalid value: 1.5: x in body should be less than 1.5'],
    ],
    [
      'a minimum',
      { type: 'integer', minimum: 1 },
      0,
      ['x: Invalid value: 0: x in body should be greater than or equal to 1'],
    ],
    [
      'a multiple',
      { type: 'integer', multipleOf: 5 },
      7,
      ['x: Invalid value: 7: x in body should be a multiple of 5'],
    ],
    [
      'a short text',
      { type: 'string', minLength: 3 },
      'ab',
      ['x: Invalid value: "ab": x in body should be at least 3 chars long'],
    ],
    ['a long text', { type: 'string', maxLength: 1 }, 'ab', ['x: Too long: may not be more than 1 bytes']],
    [
      'a pattern',
      { type: 'string', pattern: '^a+$' },
      'b',
      ['x: Invalid value: "b": x in body should match \'^a+$\''],
    ],
    [
      'a format',
      { type: 'string', format: 'date-time' },
      'now',
      ['x: Invalid value: "now": x in body must be of type date-time: "now"'],
    ],
    [
      'an int32',
      { type: 'integer', format: 'int32' },
      2 ** 31,
      ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in x'],
    ],
    [
      'few items',
      { type: 'array', minItems: 1, items: { type: 'string' } },
      [],
      ['x: Invalid value: 0: x in body should have at least 1 items'],
    ],
    [
      'many items',
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['a', 'b'],
      ['x: Too many: 2: must have at most 1 items'],
    ],
    [
      'an item',
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      ['x[1]: Invalid value: "integer": x[1] in body must be of type string: "integer"'],
    ],
    ['a missing field', { type: 'object', required: ['a'] }, {}, ['x.a: Required value']],
    [
      'a value of a map',
      { type: 'object', additionalProperties: { type: 'string' } },
      { k: 1 },
      ['x.k: Invalid value: "integer": x.k in body must be of type string: "integer"'],
    ],
    [
      'an int or string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['x: Invalid value: "boolean": x in body must be of type integer,string: "boolean"'],
    ],
    [
      'not',
      { type: 'integer', not: { enum: [3] } },
      3,
      ['<nil>: Invalid value: "": "x" must not validate the schema (not)'],
    ],
    [
      'anyOf',
      { type: 'integer', anyOf: [{ minimum: 5 }, { maximum: 1 }] },
      3,
      [
        '<nil>: Invalid value: "": "x" must validate at least one schema (anyOf)',
        'x: Invalid value: 3: x in body should be greater than or equal to 5',
      ],
    ],
    [
      'oneOf with none',
      { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      [
        '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found none valid',
        'x.a: Required value',
      ],
    ],
    [
      'oneOf with two',
      { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 1, b: 1 },
      [
        '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
    [
      'allOf',
      { type: 'integer', allOf: [{ minimum: 5 }, { maximum: 9 }] },
      3,
      [
        'x: Invalid value: 3: x in body should be greater than or equal to 5',
        '<nil>: Invalid value: "": "x" must validate all the schemas (allOf)',
      ],
    ],
  ];
  for (const [name, schema, value, expected] of refused) {
    it(`refuses ${name} in upstream's words`, () => {
      assert.deepEqual(errorsOf(schema, value), expected);
    });
  }

  it('takes what fits', () => {
    const fitting: readonly [JsonSchema, unknown][] = [
      [{ type: 'integer' }, 3],
      [{ type: 'number' }, 3],
      [{ type: 'string', nullable: true }, null],
      [{ 'x-kubernetes-int-or-string': true }, 'a'],
      [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, 3],
      [{ type: 'string', maxLength: 1 }, '😀'],
      [{ type: 'string', format: 'no-such-format' }, 'x'],
      [{ type: 'number', multipleOf: 0.1 }, 0.3],
      [{ type: 'integer', enum: [1] }, 1],
      [{ 'x-kubernetes-preserve-unknown-fields': true }, { any: ['thing'] }],
    ];
    for (const [schema, value] of fitting)
      assert.deepEqual(errorsOf(schema, value), [], JSON.stringify(schema));
  });

  it('takes as long for a pattern as the text is, whatever the pattern', () => {
    const [error] = errorsOf({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(5000)}b`);
    assert.match(error ?? '', /should match/);
  });

  describe('with what was there before', () => {
    const list: JsonSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['n'],
      items: { type: 'object', properties: { n: { type: 'string' }, v: { type: 'integer', maximum: 1 } } },
    };

    it('lets what was wrong pass while it stays', () => {
      const schema: JsonSchema = {
        type: 'object',
        properties: { a: { type: 'integer', maximum: 1 }, b: { type: 'integer', maximum: 1 } },
      };
      assert.deepEqual(errorsOf(schema, { a: 5, b: 0 }, { a: 5, b: 1 }), []);
      assert.equal(errorsOf(schema, { a: 6, b: 0 }, { a: 5, b: 1 }).length, 1);
    });

    it('knows items by their keys', () => {
      assert.deepEqual(errorsOf(list, [{ n: 'b' }, { n: 'a', v: 9 }], [{ n: 'a', v: 9 }]), []);
      assert.equal(errorsOf(list, [{ n: 'b', v: 9 }], [{ n: 'a', v: 9 }]).length, 1);
    });

    it('does not know items of atomic lists', () => {
      const atomic = { ...list, 'x-kubernetes-list-type': 'atomic' };
      assert.equal(errorsOf(atomic, [{ n: 'a', v: 9 }, { n: 'b' }], [{ n: 'a', v: 9 }]).length, 1);
      assert.deepEqual(errorsOf(atomic, [{ n: 'a', v: 9 }], [{ n: 'a', v: 9 }]), []);
    });
  });

  it('never throws, whatever the value', () => {
    const schema: JsonSchema = {
      type: 'object',
      minProperties: 1,
      properties: Object.fromEntries(refused.map(([, one], at) => [`p${at}`, one])),
    };
    const check = compileValidator(schema);
    const keys = refused.map((_, at) => `p${at}`);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true }),
        (value) => {
          check(value, ABSENT, '');
          assert.deepEqual(check(value, value, '').errors, [], 'what does not change is let pass');
        },
      ),
    );
  });
});
