import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityMilliValue,
  quantityOf,
  quantityValue,
} from './quantity.ts';

describe('quantity', () => {
  /** Cases of apimachinery `quantity_test.go` (TestQuantityParse, TestQuantityString). */
  const canonical: readonly [string, string][] = [
    ['0', '0'],
    ['0n', '0'],
    ['0Ki', '0'],
    ['-0', '0'],
    ['1', '1'],
    ['1n', '1n'],
    ['1024', '1024'],
    ['1000', '1k'],
    ['1500m', '1500m'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+5', '5'],
    ['-1.5', '-1500m'],
    ['100000', '100k'],
    ['1234567', '1234567'],
    ['1Ki', '1Ki'],
    ['1024Ki', '1Mi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Mi', '512Ki'],
    ['0.5Ki', '512'],
    ['1Mi', '1Mi'],
    ['1000Ki', '1000Ki'],
    ['8E', '8E'],
    ['12.34M', '12340k'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['1.1E-2', '11e-3'],
    ['100e-3', '100e-3'],
    ['1e-9', '1e-9'],
    ['1e-10', '1e-9'],
    ['0.0000000001', '1n'],
    ['1.000000001', '1000000001n'],
    ['1E', '1E'],
    ['1Ei', '1Ei'],
    ['0.1Ki', '102400m'],
    ['1.1Ki', '1126400m'],
    ['9223372036854775807', '9223372036854775807'],
  ];
  for (const [text, expected] of canonical) {
    it(`canonicalQuantity makes ${text} ${expected}`, () => {
      assert.equal(canonicalQuantity(text), expected);
    });
  }

  it('parseQuantity caps what does not fit 63 bits, as upstream', () => {
    assert.equal(canonicalQuantity('9223372036854775808'), '9223372036854775807');
    assert.equal(canonicalQuantity('100Ei'), '9223372036854775807');
  });

  for (const text of [
    '',
    '.',
    'a',
    '1Kib',
    '1 Ki',
    '--1',
    '1.1.1',
    '1e',
    'Ki',
    '1mm',
    '0x10',
    '1constructor',
    '1valueOf',
  ]) {
    it(`parseQuantity refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseQuantity(text), QuantityError);
    });
  }

  it('quantityValue and quantityMilliValue round away from zero', () => {
    assert.equal(quantityValue('1'), 1);
    assert.equal(quantityValue('1m'), 1);
    assert.equal(quantityValue('1500m'), 2);
    assert.equal(quantityValue('64Mi'), 67108864);
    assert.equal(quantityMilliValue('100m'), 100);
    assert.equal(quantityMilliValue('0.0001'), 1);
    assert.equal(quantityMilliValue('-0.0001'), -1);
    assert.equal(quantityMilliValue(2), 2000);
  });

  it('addQuantities is exact and keeps the format of the first', () => {
    const sum = (a: string, b: string): string =>
      formatQuantity(addQuantities(parseQuantity(a), parseQuantity(b)));
    assert.equal(sum('100m', '0.9'), '1');
    assert.equal(sum('64Mi', '64Mi'), '128Mi');
    assert.equal(sum('1Gi', '1'), '1073741825');
    assert.equal(sum('0', '1Gi'), '1Gi');
    assert.equal(formatQuantity(quantityOf(1024, 'BinarySI')), '1Ki');
  });

  it('canonicalQuantity is idempotent and keeps the value', () => {
    const text = fc
      .tuple(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e3', 'e-3'),
      )
      .map(([value, suffix]) => `${value}${suffix}`);
    fc.assert(
      fc.property(text, (source) => {
        const once = canonicalQuantity(source);
        assert.equal(canonicalQuantity(once), once);
        assert.equal(compareQuantities(parseQuantity(once), parseQuantity(source)), 0);
      }),
    );
  });
});
