import assert from 'node:assert/strict';
import { field } from '../../../fields/fieldErrors.ts';
import type { JsonSchema, ValidationRule } from '../node.ts';
import { ABSENT } from '../values/absent.ts';
import { compileRules } from './compile.ts';
import { ruleErrors } from './evaluate.ts';
import { expressionErrors } from './expressions.ts';

const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field: at, message }) => `${at}: ${message}`);

function found(schema: JsonSchema, object: unknown, old: unknown = ABSENT): string[] {
  const root = compileRules(schema);
  assert.ok(root !== undefined);
  return texts(ruleErrors(root, object, old));
}

const withRule = (schema: JsonSchema, ...rules: ValidationRule[]): JsonSchema => ({
  ...schema,
  'x-kubernetes-validations': rules,
});
const inSpec = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec } });
const sizes: JsonSchema = {
  type: 'object',
  properties: { min: { type: 'integer' }, max: { type: 'integer' }, mode: { type: 'string' } },
};

describe('rules', () => {
  it('say what does not hold, by their message or by themselves', () => {
    const schema = inSpec(withRule(sizes, { rule: 'self.min <= self.max' }));
    assert.deepEqual(found(schema, { spec: { min: 1, max: 2 } }), []);
    assert.deepEqual(found(schema, { spec: { min: 3, max: 2 } }), [
      'spec: Invalid value: failed rule: self.min <= self.max',
    ]);
    const told = inSpec(withRule(sizes, { rule: 'self.min <= self.max', message: 'too small' }));
    assert.deepEqual(found(told, { spec: { min: 3, max: 2 } }), ['spec: Invalid value: too small']);
  });

  it('have messages of their own, reasons and paths', () => {
    const schema = inSpec(
      withRule(sizes, {
        rule: 'self.min <= self.max',
        messageExpression: "'min ' + string(self.min) + ' is over ' + string(self.max)",
        reason: 'FieldValueForbidden',
        fieldPath: '.min',
      }),
    );
    assert.deepEqual(found(schema, { spec: { min: 3, max: 2 } }), ['spec.min: Forbidden: min 3 is over 2']);
  });

  it('of scalars show the value', () => {
    const schema = inSpec({
      type: 'object',
      properties: { mode: withRule({ type: 'string' }, { rule: "self in ['a', 'b']", message: 'a or b' }) },
    });
    assert.deepEqual(found(schema, { spec: { mode: 'c' } }), ['spec.mode: Invalid value: "c": a or b']);
  });

  it('about changes are for changes', () => {
    const schema = inSpec(withRule(sizes, { rule: 'self.mode == oldSelf.mode', message: 'immutable' }));
    assert.deepEqual(found(schema, { spec: { mode: 'a' } }), []);
    assert.deepEqual(found(schema, { spec: { mode: 'a' } }, { spec: { mode: 'a' } }), []);
    assert.deepEqual(found(schema, { spec: { mode: 'b' } }, { spec: { mode: 'a' } }), [
      'spec: Invalid value: immutable',
    ]);
  });

  it('see with optionalOldSelf whether there was something before', () => {
    const schema = inSpec(
      withRule(sizes, {
        rule: "oldSelf.hasValue() || self.mode == 'new'",
        optionalOldSelf: true,
        message: 'begins as new',
      }),
    );
    assert.deepEqual(found(schema, { spec: { mode: 'new' } }), []);
    assert.deepEqual(found(schema, { spec: { mode: 'old' } }), ['spec: Invalid value: begins as new']);
    assert.deepEqual(found(schema, { spec: { mode: 'old' } }, { spec: { mode: 'x' } }), []);
  });

  it('let pass what was wrong before and stays', () => {
    const schema = inSpec(withRule(sizes, { rule: 'self.min <= self.max', message: 'too small' }));
    const wrong = { spec: { min: 3, max: 2 } };
    assert.deepEqual(found(schema, wrong, wrong), []);
    assert.equal(found(schema, { spec: { min: 4, max: 2 } }, wrong).length, 1);
  });

  it('know the items of lists of type map by their keys', () => {
    const items = withRule(
      { type: 'object', required: ['n'], properties: { n: { type: 'string' }, v: { type: 'integer' } } },
      { rule: 'self.v >= oldSelf.v', message: 'only more' },
    );
    const schema = inSpec({
      type: 'object',
      properties: {
        list: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'], items },
      },
    });
    const before = { spec: { list: [{ n: 'a', v: 2 }] } };
    assert.deepEqual(
      found(
        schema,
        {
          spec: {
            list: [
              { n: 'b', v: 0 },
              { n: 'a', v: 3 },
            ],
          },
        },
        before,
      ),
      [],
    );
    assert.deepEqual(
      found(
        schema,
        {
          spec: {
            list: [
              { n: 'b', v: 0 },
              { n: 'a', v: 1 },
            ],
          },
        },
        before,
      ),
      ['spec.list[1]: Invalid value: only more'],
    );
  });

  it('of the root see the name', () => {
    const schema = withRule({ type: 'object' }, { rule: "self.metadata.name.startsWith('x-')" });
    assert.deepEqual(found(schema, { apiVersion: 'v', kind: 'K', metadata: { name: 'x-1' } }), []);
    assert.deepEqual(found(schema, { apiVersion: 'v', kind: 'K', metadata: { name: 'y' } }), [
      "<nil>: Invalid value: failed rule: self.metadata.name.startsWith('x-')",
    ]);
  });

  it('end when all have cost what they may', () => {
    const list: JsonSchema = {
      type: 'array',
      items: { type: 'integer' },
      'x-kubernetes-validations': [{ rule: 'self.all(a, self.all(b, a + b > 0))' }],
    };
    const schema = inSpec({ type: 'object', properties: { list } });
    const numbers = Array.from({ length: 3000 }, (_, at) => at + 1);
    const errors = found(schema, { spec: { list: numbers } });
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /no further validation rules will be run due to call cost exceeds limit/);
  });
});

describe('expressionErrors', () => {
  const errorsOf = (schema: JsonSchema): string[] => texts(expressionErrors(inSpec(schema), field('s')));

  it('says what does not compile', () => {
    const [error] = errorsOf(withRule(sizes, { rule: 'self.mim > 0' }));
    assert.match(
      error ?? '',
      /^s\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*: compilation failed: ERROR: <input>:1:5: undefined field 'mim'/s,
    );
    assert.match(errorsOf(withRule(sizes, { rule: 'self.min' }))[0] ?? '', /must evaluate to a bool$/);
    assert.match(
      errorsOf(withRule(sizes, { rule: 'true', messageExpression: '1' }))[0] ?? '',
      /messageExpression must evaluate to a string$/,
    );
  });

  it('refuses rules that might cost too much', () => {
    const items: JsonSchema = withRule({ type: 'string' }, { rule: "self.matches('a.*')" });
    const errors = errorsOf({ type: 'object', properties: { list: { type: 'array', items } } });
    assert.ok(errors.length > 0);
    assert.match(errors[0] ?? '', /Forbidden: estimated rule cost exceeds budget by factor of /);
    const bounded = { ...items, maxLength: 10 };
    assert.deepEqual(
      errorsOf({ type: 'object', properties: { list: { type: 'array', maxItems: 10, items: bounded } } }),
      [],
    );
  });

  it('refuses oldSelf where items cannot be told apart', () => {
    const items = withRule({ type: 'string', maxLength: 5 }, { rule: 'self == oldSelf' });
    const [error] = errorsOf({
      type: 'object',
      properties: { list: { type: 'array', maxItems: 5, items } },
    });
    assert.match(
      error ?? '',
      /oldSelf cannot be used on the uncorrelatable portion of the schema within s\.properties\[spec\]\.properties\[list\]$/,
    );
  });
});
