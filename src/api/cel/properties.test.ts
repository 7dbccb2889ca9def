import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Node } from './ast.ts';
import { baseEnvironment, CelError, compile, DYN, INT, STRING } from './index.ts';
import { parse } from './parser.ts';
import { print } from './print.ts';
import { Double, Uint } from './values.ts';

const environment = baseEnvironment.withVariables({ object: DYN, count: INT, text: STRING });

/** Expressions as people might write them, most of which have types that fit. */
const expressions = fc.letrec<Record<'any' | 'bool' | 'number' | 'text' | 'list', string>>((tie) => ({
  any: fc.oneof(tie('bool'), tie('number'), tie('text'), tie('list')),
  bool: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'has(object.a)', 'object.flag', 'object.none'),
    fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc
      .tuple(tie('number'), fc.constantFrom('<', '==', '>='), tie('number'))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(tie('text'), fc.constantFrom('startsWith', 'contains', 'matches'), tie('text'))
      .map(([a, f, b]) => `${a}.${f}(${b})`),
    fc
      .tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('bool'))
      .map(([l, m, p]) => `${l}.${m}(x, ${p})`),
    fc.tuple(tie('any'), tie('list')).map(([a, l]) => `(${a} in ${l})`),
    tie('bool').map((a) => `!${a}`),
  ),
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      '0',
      '1',
      '-1',
      '9223372036854775807',
      '-9223372036854775808',
      '1.5',
      '2u',
      'count',
      'object.n',
      'object["n"]',
    ),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
      .map((parts) => `(${parts.join(' ')})`),
    tie('list').map((l) => `size(${l})`),
    tie('text').map((t) => `int(${t})`),
    tie('list').map((l) => `${l}.sum()`),
    fc.tuple(tie('bool'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('""', '"a"', '"😀é"', 'text', 'object.t', 'object.?t.orValue("x")'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    tie('any').map((a) => `string(${a})`),
    fc.tuple(tie('text'), tie('number')).map(([t, n]) => `${t}.substring(${n})`),
    tie('list').map((l) => `${l}.join(",")`),
    tie('any').map((a) => `"%s".format([${a}])`),
  ),
  list: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('[]', '[1, 2, 3]', '["a", "b"]', 'object.list', '{"k": 1}'),
    fc.tuple(tie('list'), tie('any')).map(([l, e]) => `${l}.map(x, ${e})`),
    fc.tuple(tie('list'), tie('bool')).map(([l, p]) => `${l}.filter(x, ${p})`),
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => `(${a} + ${b})`),
    tie('text').map((t) => `${t}.split("")`),
    tie('number').map((n) => `lists.range(${n})`),
  ),
}));

/** A tree without places and types. */
function shape(node: unknown): unknown {
  if (node instanceof Set) return [...node];
  if (node instanceof Uint) return `${node.value}u`;
  if (node instanceof Double) return `${node.value}d`;
  if (typeof node === 'bigint') return `${node}n`;
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  if (Array.isArray(node)) return node.map(shape);
  const parts = Object.entries(node).filter(([key]) => key !== 'offset' && key !== 'type');
  return Object.fromEntries(parts.map(([key, value]) => [key, shape(value)]));
}

function read(source: string): Node {
  const parsed = parse(source);
  assert.ok(parsed.ok, source);
  return parsed.node;
}

const object = Object.freeze({ a: 1, flag: true, n: 7, t: 'text', list: Object.freeze([1, 2, 3]) });

describe('properties of expressions', () => {
  it('what is printed reads as the same tree', () => {
    fc.assert(
      fc.property(expressions.any, (source) => {
        const node = read(source);
        assert.deepEqual(shape(read(print(node))), shape(node));
      }),
    );
  });

  it('any text is read, or refused with a place', () => {
    const part = fc.constantFrom(
      ...'()[]{}.?:,+-!"\'`\\ \n😀é1a_=<&|%'.split(''),
      'true',
      'in',
      'r"',
      'b"',
      '0x',
      '1e',
      '.map(',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const compiled = compile(parts.join(''), environment);
        if (!compiled.ok) assert.match(compiled.message, /^ERROR: <input>:\d+:\d+: /);
      }),
      { numRuns: 1000 },
    );
  });

  it('an evaluation ends with a value or an error of CEL, within its budget', () => {
    let evaluated = 0;
    fc.assert(
      fc.property(expressions.any, fc.integer({ min: 0, max: 20_000 }), (source, budget) => {
        const compiled = compile(source, environment);
        if (!compiled.ok) return;
        evaluated++;
        const bindings = { object, count: 3, text: 'some text' };
        const { value, cost } = compiled.program.evaluate(bindings, 1_000_000_000);
        const bounded = compiled.program.evaluate(bindings, budget);
        if (cost <= budget) assert.deepEqual(bounded, { value, cost });
        else assert.ok(bounded.value instanceof CelError && bounded.value.message.includes('cost limit'));
        // The real cost is within the estimate. Upstream estimates too little for unknown types, and for startsWith: by
        // its prefix, where the real cost is by the whole text (cel-go `checker/cost.go`, `interpreter/runtimecost.go`).
        const isBounded = !source.includes('object') && !source.includes('startsWith');
        if (!(value instanceof CelError) && isBounded)
          assert.ok(cost <= compiled.program.estimatedCost.max, `${source}: ${cost}`);
      }),
      { numRuns: 2000 },
    );
    assert.ok(evaluated > 200, String(evaluated));
  });
});
