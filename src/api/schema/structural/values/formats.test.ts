import assert from 'node:assert/strict';
import { formatOf, isKnownFormat } from './formats.ts';

describe('formats', () => {
  const cases: readonly [string, readonly string[], readonly string[]][] = [
    [
      'date-time',
      ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.123+01:00'],
      ['2026-01-02', '2026-13-02T00:00:00Z'],
    ],
    ['date', ['2026-02-28'], ['2026-02-30', '26-01-01']],
    ['duration', ['1h30m', '22 minutes', '-1.5s', '0'], ['', 'soon', '5 parsecs']],
    ['ipv4', ['10.0.0.1'], ['10.0.0', '::1']],
    ['ipv6', ['::1', 'fd00::2'], ['10.0.0.1']],
    ['cidr', ['10.0.0.0/8', 'fd00::/64'], ['10.0.0.0']],
    ['mac', ['01:23:45:67:89:ab', '0123.4567.89ab'], ['01:23']],
    ['uuid', ['123E4567-e89b-12d3-a456-426614174000'], ['x']],
    ['uuid4', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-12d3-a456-426614174000']],
    ['hostname', ['a.example.com', 'localhost'], ['-a', 'a_b', '']],
    ['email', ['a@example.com', 'Ann <ann@example.com>'], ['a', 'a@']],
    ['uri', ['https://example.com/a?b', '/path', 'mailto:a@b'], ['', 'path', 'http://a b/']],
    ['byte', ['aGk=', 'aGlo'], ['', 'a']],
    ['quantity', ['10Gi', '100m'], ['10 G', 'x']],
    ['isbn', ['0321751043', '978-0321751041'], ['0321751044']],
    ['creditcard', ['4111 1111 1111 1111'], ['4111 1111 1111 1112']],
    ['hexcolor', ['#fff', '#A0B1C2'], ['#ff']],
    ['rgbcolor', ['rgb(1, 2,255)'], ['rgb(1,2,256)']],
    ['ssn', ['111-22-3333'], ['1']],
    ['k8s-short-name', ['a-b'], ['a.b', 'A']],
    ['k8s-long-name', ['a.b'], ['A', '.a']],
    ['bsonobjectid', ['507f1f77bcf86cd799439011'], ['507']],
  ];
  for (const [name, good, bad] of cases) {
    it(name, () => {
      const check = formatOf(name);
      for (const text of good) assert.equal(check?.(text), true, text);
      for (const text of bad) assert.equal(check?.(text), false, text);
    });
  }

  it('belong to types', () => {
    assert.equal(isKnownFormat('integer', 'int32'), true);
    assert.equal(isKnownFormat('integer', 'date'), false);
    assert.equal(isKnownFormat('', 'date'), true);
    assert.equal(isKnownFormat('object', 'date'), false);
  });
});
