import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonSchema } from '../node.ts';
import { compilePattern } from '../pattern.ts';
import { ABSENT } from './absent.ts';
import { compileValidator } from './validator.ts';

const HOSTNAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const LABELS = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$';
const DURATION = '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$';
const QUANTITY =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';
const COSTLY = '^(([a-z]{0,100}){0,10})*$';
const USUAL = ['^.*$', '^.{1,253}$', '^[A-Za-z0-9_./-]+$', HOSTNAME, LABELS, DURATION, QUANTITY];

/** The types of the errors; none for a value that is accepted. */
const typesOf = (schema: JsonSchema, value: unknown, old: unknown = ABSENT): string[] =>
  compileValidator(schema)(value, old, '').errors.map(({ type }) => type);
const a = (length: number): string => 'a'.repeat(length);

describe('the budget of matching', () => {
  const text = (pattern: string): JsonSchema => ({ type: 'string', pattern });
  const list = (pattern: string): JsonSchema => ({ type: 'array', items: text(pattern) });
  const costly = text(COSTLY);
  const TOO_LONG = ['FieldValueTooLong'];
  const cases: readonly [string, JsonSchema, unknown, string[]][] = [
    ['any text of 100 KB', text('^.*$'), a(100_000), []],
    ['a hostname of 100 KB', text(HOSTNAME), `${'a.'.repeat(50_000)}a`, []],
    ['a duration of 100 KB', text(DURATION), '1h'.repeat(50_000), []],
    ['a quantity of 100 KB', text(QUANTITY), '1'.repeat(100_000), []],
    ['a short text for a costly pattern', costly, a(200), []],
    ['a long text for a costly pattern', costly, a(60_000), TOO_LONG],
    ['a text of 1 MB for a costly pattern', costly, a(1_000_000), TOO_LONG],
    ['a text that is too long anyway', { ...costly, maxLength: 9 }, a(60_000), TOO_LONG],
    [
      'a long text that an anchored pattern leaves early',
      text('^.{1,253}$'),
      a(100_000),
      ['FieldValueInvalid'],
    ],
    ['thousands of names', list('^.{1,253}$'), Array.from({ length: 2000 }, () => a(100)), []],
    ['thousands of hostnames', list(LABELS), Array.from({ length: 1500 }, () => 'abcde.abcde.abcde'), []],
    [
      '200,000 keys',
      { type: 'object', additionalProperties: text('^[a-z]+$') },
      Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`k${at}`, 'a'])),
      [],
    ],
    ['one of several that fit', { anyOf: [{ maxLength: 9 }, costly], type: 'string' }, a(60_000), TOO_LONG],
    ['what must not fit', { not: costly, type: 'string' }, a(60_000), TOO_LONG],
    ['what must fit one only', { oneOf: [costly, {}], type: 'string' }, a(60_000), TOO_LONG],
  ];
  for (const [name, schema, value, types] of cases) {
    it(`${types.length === 0 ? 'accepts' : 'refuses'} ${name}`, () => {
      assert.deepEqual(typesOf(schema, value), types);
    });
  }

  it('says which text is too long for its pattern, in few words however long the pattern is', () => {
    const { errors } = compileValidator({ type: 'object', properties: { x: costly } })(
      { x: a(60_000) },
      ABSENT,
      '',
    );
    assert.deepEqual(errors, [
      {
        type: 'FieldValueTooLong',
        field: 'x',
        message:
          'Too long: the text of 60000 characters is too long for the pattern of this field: matching the patterns of this object would take too many steps',
      },
    ]);
  });

  it('is shared by the items of a list, and whole again for the next object', () => {
    const check = compileValidator(list('^(a{0,500}b?){2}$'));
    const one = compileValidator(text('^(a{0,500}b?){2}$'))(a(500), ABSENT, '');
    assert.deepEqual(one.errors, []);
    const texts = Array.from({ length: 3000 }, () => a(500));
    const { errors } = check(texts, ABSENT, '');
    assert.ok(errors.length > 2900 && errors.length < 3000, `${errors.length} refused`);
    assert.ok(errors.every(({ type }) => type === 'FieldValueTooLong'));
    assert.deepEqual(check([a(500)], ABSENT, '').errors, []);
  });

  it('lets a text pass that stays as it was', () => {
    const schema: JsonSchema = { type: 'object', properties: { x: costly, y: { type: 'string' } } };
    assert.deepEqual(typesOf(schema, { x: a(60_000), y: 'new' }, { x: a(60_000), y: '' }), []);
    assert.deepEqual(typesOf(schema, { x: a(60_001) }, { x: a(60_000) }), TOO_LONG);
  });

  it('never refuses texts of up to 1,000 characters for usual patterns', () => {
    const properties = Object.fromEntries(USUAL.map((pattern, at) => [`p${at}`, text(pattern)]));
    const check = compileValidator({ type: 'object', properties });
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(1000), (part, length) => {
        const value = part.repeat(length).slice(0, length);
        const object = Object.fromEntries(Object.keys(properties).map((key) => [key, value]));
        return check(object, ABSENT, '').errors.every(({ type }) => type !== 'FieldValueTooLong');
      }),
    );
  });

  it('counts more steps for longer texts, and no more than every instruction at every character', () => {
    for (const [pattern, size] of [
      ['^.{1,253}$', 509],
      [COSTLY, 2038],
      [HOSTNAME, 22],
      ['a', 4],
    ] as const) {
      const compiled = compilePattern(pattern);
      const steps = (length: number): number => compiled.steps(length);
      for (const length of [0, 1, 10, 100, 1000, 100_000]) {
        assert.ok(steps(length) > 0 && steps(length) < steps(length + 1), pattern);
        assert.ok(steps(length) <= size * (length + 1), `${pattern} of ${length}: ${steps(length)}`);
      }
    }
  });

  it('counts every instruction that a text keeps held', () => {
    // Of each optional letter, the choice and the letter are held at each of the later characters.
    const held = compilePattern(`${'a?'.repeat(100)}b`).steps(10_000) / 10_001;
    assert.ok(held > 195 && held < 210, `${held} a character`);
  });
});
