import assert from 'node:assert/strict';
import { baseEnvironment, CelError, compile, DYN, INT } from './index.ts';

const environment = baseEnvironment.withVariables({ object: DYN, count: INT });

function run(source: string, bindings: Record<string, unknown> = {}): unknown {
  const compiled = compile(source, environment);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.message);
  const { value } = compiled.program.evaluate(bindings, 1_000_000);
  return value instanceof CelError ? `error: ${value.message}` : value;
}

describe('expressions', () => {
  it('read JSON as it is', () => {
    const object = { spec: { replicas: 3, containers: [{ image: 'a:1' }, { image: 'a:2' }] } };
    assert.equal(run('object.spec.replicas <= 5', { object }), true);
    assert.equal(run('object.spec.containers.all(c, c.image.startsWith("a:"))', { object }), true);
    assert.equal(run('has(object.spec.paused)', { object }), false);
    assert.equal(run('object.spec.paused', { object }), 'error: no such key: paused');
    assert.equal(run('object.?spec.?paused.orValue(false)', { object }), false);
    assert.equal(run('object.spec.constructor', { object }), 'error: no such key: constructor');
  });

  it('know 64 bits', () => {
    assert.equal(run('9223372036854775807 - 1'), 9223372036854775806n);
    assert.equal(run('9223372036854775807 + 1'), 'error: integer overflow');
    assert.equal(run('-9223372036854775808 == -9223372036854775807 - 1'), true);
    assert.equal(run('3037000500 * 3037000500'), 'error: integer overflow');
  });

  it('need only one side of && and || where that decides', () => {
    assert.equal(run('object.none && false', { object: {} }), false);
    assert.equal(run('false && object.none', { object: {} }), false);
    assert.equal(run('object.none || true', { object: {} }), true);
    assert.equal(run('object.none || false', { object: {} }), 'error: no such key: none');
  });

  it('end where they cost too much', () => {
    const compiled = compile('[1,2,3,4].all(a, [1,2,3,4].all(b, a + b > 0))', environment);
    assert.ok(compiled.ok);
    const { cost } = compiled.program.evaluate({}, 1_000_000);
    const outcome = compiled.program.evaluate({}, cost - 1);
    assert.ok(outcome.value instanceof CelError);
    assert.equal(outcome.value.message, 'operation cancelled: actual cost limit exceeded');
    assert.equal(compiled.program.evaluate({}, cost).value, true);
  });

  it('pay for what they make and compare, before it is made where it is long', () => {
    const text = 'a'.repeat(100_000);
    const deep = [0, 1].map(() => Array.from({ length: 20_000 }, (_, a) => ({ a })));
    const costOf = (source: string): number => {
      const compiled = compile(source, environment);
      assert.ok(compiled.ok);
      return compiled.program.evaluate({ object: { text, deep } }, 1_000_000).cost;
    };
    assert.ok(costOf("object.text.replace('a', object.text) != ''") > 1_000_000);
    assert.ok(costOf("lists.range(1000).map(x, object.text).join('') != ''") > 1_000_000);
    assert.ok(costOf("object.text.findAll('a') != []") > 100_000);
    assert.ok(costOf("'%s'.format([object.deep]) != ''") > 10_000);
    assert.ok(costOf('object.deep[0] == object.deep[1]') > 200);
    assert.ok(costOf("'%s is %s'.format(['a', 'b']) != ''") < 5);
  });

  it('tell what is wrong, and where', () => {
    const cases = [
      ['1 + x', "1:5: undeclared reference to 'x' (in container '')\n | 1 + x\n | ....^"],
      ['1 + "a"', `1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + "a"\n | ..^`],
      ['"a".f()', `1:6: undeclared reference to 'f' (in container '')\n | "a".f()\n | .....^`],
      ['count.name', "1:6: type 'int' does not support field selection\n | count.name\n | .....^"],
      ['"a".matches("(")', `1:13: invalid matches argument\n | "a".matches("(")\n | ............^`],
      ["duration('x')", "1:10: invalid duration argument\n | duration('x')\n | .........^"],
      [
        'cel.bind(x, 1, x)',
        "1:1: undeclared reference to 'cel' (in container '')\n | cel.bind(x, 1, x)\n | ^\nERROR: <input>:1:9: undeclared reference to 'bind' (in container '')\n | cel.bind(x, 1, x)\n | ........^\nERROR: <input>:1:10: undeclared reference to 'x' (in container '')\n | cel.bind(x, 1, x)\n | .........^\nERROR: <input>:1:16: undeclared reference to 'x' (in container '')\n | cel.bind(x, 1, x)\n | ...............^",
      ],
      ['[1].all(x.y, true)', '1:10: argument must be a simple name\n | [1].all(x.y, true)\n | .........^'],
    ] as const;
    for (const [source, message] of cases) {
      const compiled = compile(source, environment);
      assert.equal(compiled.ok ? '' : compiled.message, `ERROR: <input>:${message}`);
    }
  });
});
