import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Piece, PieceBuilder } from './piece.ts';
import { Ruleset, type RulesetChange } from './ruleset.ts';
import { scriptOf } from './script.ts';

/** A table that does what the kernel does with a change, and complains as it does. */
class FakeTable {
  readonly chains = new Map<string, readonly string[]>();
  readonly sets = new Map<string, string>();
  readonly elements = new Map<string, string>();

  apply(change: RulesetChange): void {
    for (const chain of change.rules.keys()) if (!this.chains.has(chain)) this.chains.set(chain, []);
    for (const chain of change.flushed) {
      assert.ok(this.chains.has(chain), `flush of ${chain}, which is not there`);
      this.chains.set(chain, []);
    }
    for (const { map, key } of change.removedElements) {
      assert.ok(this.elements.delete(`${map} ${key}`), `${key} is not in ${map}`);
    }
    for (const set of change.removedSets) assert.ok(this.sets.delete(set), `no set ${set}`);
    for (const [set, definition] of change.addedSets) {
      assert.ok(!this.sets.has(set), `set ${set} is there already`);
      this.sets.set(set, definition);
    }
    for (const [chain, rules] of change.rules)
      this.chains.set(chain, [...(this.chains.get(chain) ?? []), ...rules]);
    for (const { map, key, verdict } of change.addedElements) {
      assert.ok(!this.elements.has(`${map} ${key}`), `${key} is in ${map} already`);
      this.elements.set(`${map} ${key}`, verdict);
    }
    for (const chain of change.removedChains) {
      assert.deepEqual(this.chains.get(chain), [], `${chain} is deleted with rules in it`);
      this.chains.delete(chain);
    }
  }

  get content(): unknown {
    const sorted = <T>(map: Map<string, T>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return [sorted(this.chains), sorted(this.sets), sorted(this.elements)];
  }
}

const names = ['a', 'b', 'c'] as const;
const someRules = fc.array(fc.constantFrom('accept', 'drop', 'return'), { maxLength: 3 });
const pieceOf = (name: string): fc.Arbitrary<Piece> =>
  fc
    .record({
      chains: fc.dictionary(fc.constantFrom('x', 'y'), someRules, { maxKeys: 2 }),
      sets: fc.dictionary(fc.constantFrom('s', 't'), fc.constantFrom('timeout 1s;', 'timeout 2s;'), {
        maxKeys: 2,
      }),
      elements: fc.uniqueArray(fc.constantFrom('k1', 'k2', 'k3')),
      verdict: fc.constantFrom('drop', 'return'),
    })
    .map(({ chains, sets, elements, verdict }) => {
      const piece = new PieceBuilder();
      for (const [chain, rules] of Object.entries(chains)) piece.chain(`${name}-${chain}`, ...rules);
      for (const [set, definition] of Object.entries(sets)) piece.set(`${name}-${set}`, definition);
      for (const key of elements) piece.element('map', key, `${verdict}-${name}`);
      return piece;
    });
const step = fc
  .constantFrom(...names)
  .chain((name) => fc.tuple(fc.constant(name), fc.option(pieceOf(name), { nil: undefined })));

describe('Ruleset', () => {
  it('replace: any sequence of changes leads to what writing everything at once gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const ruleset = new Ruleset();
        const table = new FakeTable();
        for (const [name, piece] of steps) table.apply(ruleset.replace(name, piece));
        const whole = new FakeTable();
        whole.apply(ruleset.all());
        assert.deepEqual(table.content, whole.content);
      }),
    );
  });

  it('replace by an equal piece changes nothing', () => {
    const piece = (): Piece =>
      new PieceBuilder().chain('c', 'drop').set('s', 'type x;').element('m', 'k', 'drop');
    const ruleset = new Ruleset();
    ruleset.replace('a', piece());
    assert.equal(scriptOf([ruleset.replace('a', piece())]), '');
  });

  it('an element that two pieces claim belongs to the first by name, then to the other', () => {
    const ruleset = new Ruleset();
    const claim = (verdict: string): Piece => new PieceBuilder().element('m', 'k', verdict);
    ruleset.replace('b', claim('goto b'));
    assert.deepEqual(ruleset.replace('a', claim('goto a')).addedElements, [
      { map: 'm', key: 'k', verdict: 'goto a' },
    ]);
    assert.deepEqual(ruleset.replace('b', claim('goto c')).addedElements, []);
    assert.deepEqual(ruleset.replace('a', undefined).addedElements, [
      { map: 'm', key: 'k', verdict: 'goto c' },
    ]);
  });
});

describe('scriptOf', () => {
  it('writes one change in the order that one transaction needs', () => {
    const ruleset = new Ruleset();
    ruleset.replace(
      'a',
      new PieceBuilder().chain('old', 'drop').chain('kept', 'drop').element('m', 'k', 'goto old'),
    );
    const change = ruleset.replace(
      'a',
      new PieceBuilder()
        .chain('kept', 'accept')
        .chain('new', 'drop')
        .set('s', 'type ipv4_addr;')
        .element('m', 'k', 'goto new'),
    );
    assert.equal(
      scriptOf([change], ['garbage']),
      [
        'delete chain ip wheelhouse garbage',
        'add chain ip wheelhouse kept',
        'add chain ip wheelhouse new',
        'flush chain ip wheelhouse old',
        'flush chain ip wheelhouse kept',
        'delete element ip wheelhouse m { k }',
        'add set ip wheelhouse s { type ipv4_addr; }',
        'add rule ip wheelhouse kept accept',
        'add rule ip wheelhouse new drop',
        'add element ip wheelhouse m { k : goto new }',
        '',
      ].join('\n'),
    );
  });
});
