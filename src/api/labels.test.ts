import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatLabels,
  formatLabelSelector,
  matcherOf,
  nothing,
  parseLabelSelector,
  selectorFromMap,
} from './labels.ts';
import { StatusError } from './status.ts';

function refusal(text: string): string {
  try {
    parseLabelSelector(text);
  } catch (error) {
    assert.ok(error instanceof StatusError);
    assert.equal(error.code, 400);
    return error.message;
  }
  return 'nothing refused';
}

describe('label selectors', () => {
  /** apimachinery `selector_test.go` TestSelectorParse and TestParserLookahead's inputs. */
  const good: readonly [string, string][] = [
    ['', ''],
    ['x=a,y=b,z=c', 'x=a,y=b,z=c'],
    ['z=c,x=a', 'x=a,z=c'],
    ['x!=a,y=b', 'x!=a,y=b'],
    ['x=', 'x='],
    ['x= ', 'x='],
    ['x=,z= ', 'x=,z='],
    ['x==a', 'x==a'],
    ['!x', '!x'],
    ['x>1', 'x>1'],
    ['x<10', 'x<10'],
    ['x in (a,c,b)', 'x in (a,b,c)'],
    ['x notin (b,a,a)', 'x notin (a,b)'],
    ['x in ()', 'x in ()'],
    ['x in (,a)', 'x in (,a)'],
    ['in in (in,notin)', 'in in (in,notin)'],
    ['a.b/c=d', 'a.b/c=d'],
  ];
  for (const [text, expected] of good) {
    it(`parseLabelSelector reads ${JSON.stringify(text)}`, () => {
      assert.equal(parseLabelSelector(text).toString(), expected);
    });
  }

  it('parseLabelSelector refuses in the words of upstream', () => {
    assert.equal(
      refusal('x=a||y=b'),
      "unable to parse requirement: values[0][x]: Invalid value: \"a||y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    );
    assert.equal(refusal('x,'), "found '', expected: identifier after ','");
    assert.equal(refusal('=a'), "found '=', expected: !, identifier, or 'end of string'");
    assert.equal(refusal('x in a'), "unable to parse requirement: found 'a' expected: '('");
    assert.equal(refusal('x in (a'), "unable to parse requirement: found '', expected: ',' or ')'");
    assert.equal(
      refusal('x y'),
      "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt",
    );
    assert.equal(refusal('x=a y'), "found 'y', expected: ',' or 'end of string'");
    assert.equal(refusal('!=a'), "found '!=', expected: !, identifier, or 'end of string'");
    assert.equal(
      refusal('x>a'),
      "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer",
    );
    assert.match(
      refusal('-x=a'),
      /^unable to parse requirement: <nil>: Invalid value: "-x": name part must consist of/,
    );
  });

  it('LabelMatcher.matches follows each operator', () => {
    const matches = (text: string, labels: Record<string, string>): boolean =>
      parseLabelSelector(text).matches(labels);
    assert.equal(matches('a=1', { a: '1' }), true);
    assert.equal(matches('a=1', {}), false);
    assert.equal(matches('a!=1', {}), true);
    assert.equal(matches('a notin (1)', {}), true);
    assert.equal(matches('a in (1,2)', { a: '2' }), true);
    assert.equal(matches('a', { a: '' }), true);
    assert.equal(matches('!a', { a: '' }), false);
    assert.equal(matches('a>1', { a: '2' }), true);
    assert.equal(matches('a<1', { a: 'x' }), false);
    assert.equal(matches('toString', {}), false);
    assert.equal(parseLabelSelector('').matches(undefined), true);
  });

  it('matcherOf selects nothing for a missing selector and everything for an empty one', () => {
    assert.equal(matcherOf(undefined).matches({ a: 'b' }), false);
    assert.equal(matcherOf(undefined).empty, false);
    assert.equal(matcherOf({}).matches({ a: 'b' }), true);
    assert.equal(matcherOf({}).empty, true);
    assert.equal(nothing.matches({}), false);
    const selector = matcherOf({
      matchLabels: { app: 'x' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['b', 'a'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    });
    assert.equal(selector.toString(), 'app=x,!old,tier in (a,b)');
    assert.equal(selector.matches({ app: 'x', tier: 'a' }), true);
    assert.equal(selector.matches({ app: 'x', tier: 'a', old: '' }), false);
  });

  it('formatLabelSelector and formatLabels show <none> for nothing', () => {
    assert.equal(formatLabelSelector({}), '<none>');
    assert.equal(formatLabelSelector({ matchLabels: { b: '1', a: '2' } }), 'a=2,b=1');
    assert.equal(formatLabels({}), '<none>');
    assert.equal(formatLabels({ b: '1', a: '2' }), 'a=2,b=1');
  });

  it('a selector survives being formatted and parsed', () => {
    const name = fc
      .stringMatching(/^[a-z][a-z0-9]{0,8}$/)
      .filter((text) => text !== 'in' && text !== 'notin');
    fc.assert(
      fc.property(fc.dictionary(name, name, { maxKeys: 4 }), fc.dictionary(name, name), (wanted, labels) => {
        const selector = selectorFromMap(wanted);
        const again = parseLabelSelector(selector.toString());
        assert.equal(again.matches(labels), selector.matches(labels));
        assert.equal(again.matches({ ...labels, ...wanted }), true);
      }),
    );
  });
});
