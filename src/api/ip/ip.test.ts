import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ADDRESS_BITS,
  bytesOf,
  familyOf,
  formatAddress,
  type IPFamily,
  parseAddress,
  unmapped,
} from './address.ts';
import {
  addressAt,
  contains,
  formatRange,
  includes,
  type IPRange,
  netmaskOf,
  offsetOf,
  overlap,
  parseRange,
  prefixOfNetmask,
  rangeOf,
  sizeOf,
} from './range.ts';
import { isGlobalUnicast } from './scope.ts';

const range = (text: string): IPRange => parseRange(text)!;
const addresses = fc
  .constantFrom<IPFamily>('IPv4', 'IPv6')
  .chain((family) =>
    fc
      .bigInt({ min: 0n, max: (1n << BigInt(ADDRESS_BITS[family])) - 1n })
      .map((value) => ({ family, value })),
  );

describe('IP addresses', () => {
  it('have a family', () => {
    for (const text of ['0.0.0.0', '10.96.0.1', '255.255.255.255'])
      assert.equal(familyOf(text), 'IPv4', text);
    for (const text of ['::', '::1', 'FD00::A', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'])
      assert.equal(familyOf(text), 'IPv6', text);
    for (const text of [
      ...['', 'x', '10', '10.0.0', '10.0.0.256', '10.0.0.01', '0x10.0.0.1', '10.0.0.1 ', '10.0.0.0/8'],
      ...[':', ':::', '1::2::3', '12345::', '1:2:3:4:5:6:7', 'fe80::1%eth0', '[::1]', '::1.2.3'],
    ]) {
      assert.equal(familyOf(text), undefined, text);
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  it('are written in their shortest form, whatever they were', () => {
    const short = (text: string): string => formatAddress(parseAddress(text)!);
    assert.equal(short('10.96.0.10'), '10.96.0.10');
    assert.equal(short('FD00:0:0:1:0:0:0:1'), 'fd00:0:0:1::1');
    assert.equal(short('0:0:0:0:0:0:0:0'), '::');
    assert.equal(short('::10.0.0.1'), '::a00:1');
    assert.equal(short('64:ff9b::192.0.2.33'), '64:ff9b::c000:221');
    fc.assert(
      fc.property(addresses, (address) => assert.deepEqual(parseAddress(formatAddress(address)), address)),
    );
  });

  it('have bytes', () => {
    assert.deepEqual(bytesOf('10.244.1.0'), [10, 244, 1, 0]);
    assert.equal(bytesOf('fd00::1').length, 16);
    assert.throws(() => bytesOf('node-1'));
  });

  it('of IPv4 in the dress of IPv6 are told from others', () => {
    assert.deepEqual(unmapped(parseAddress('::ffff:10.0.0.1')!), parseAddress('10.0.0.1'));
    for (const text of ['10.0.0.1', '::10.0.0.1', '::fffe:10.0.0.1', '1::ffff:10.0.0.1'])
      assert.deepEqual(unmapped(parseAddress(text)!), parseAddress(text), text);
  });
});

describe('IP ranges', () => {
  it('are read and written, without the bits behind the prefix', () => {
    assert.equal(formatRange(range('192.168.57.130/24')), '192.168.57.0/24');
    assert.equal(formatRange(range('fd00::1:2/64')), 'fd00::/64');
    assert.equal(formatRange(range('0.0.0.0/0')), '0.0.0.0/0');
    for (const text of [
      '',
      '10.0.0.0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/8/8',
      '/8',
      'fd00::/129',
    ])
      assert.equal(parseRange(text), undefined, text);
  });

  it('give their addresses by number, and the number of an address', () => {
    assert.equal(addressAt(range('10.96.0.0/16'), 10), '10.96.0.10');
    assert.equal(addressAt(range('250.0.0.0/8'), sizeOf(range('250.0.0.0/8')) - 1n), '250.255.255.255');
    assert.equal(addressAt(range('fd00::/64'), 2n ** 32n), 'fd00::1:0:0');
    assert.equal(offsetOf(range('10.96.0.0/16'), parseAddress('10.97.0.0')!), undefined);
    assert.equal(offsetOf(range('::/0'), parseAddress('10.0.0.1')!), undefined);
    const inRange = fc.tuple(addresses, fc.nat(32));
    fc.assert(
      fc.property(inRange, ([address, prefix]) => {
        const around = rangeOf(address, prefix);
        assert.ok(includes(around, address));
        assert.equal(addressAt(around, offsetOf(around, address)!), formatAddress(address));
        assert.deepEqual(parseRange(formatRange(around)), around);
      }),
    );
  });

  it('contain and overlap one another', () => {
    assert.ok(contains(range('192.168.56.0/21'), range('192.168.63.0/24')));
    assert.ok(!contains(range('192.168.56.0/21'), range('192.168.64.0/24')));
    assert.ok(!contains(range('192.168.63.0/24'), range('192.168.56.0/21')));
    assert.ok(!contains(range('::/0'), range('10.0.0.0/8')));
    assert.ok(overlap(range('10.0.0.0/8'), range('10.1.2.0/24')));
    assert.ok(overlap(range('10.1.2.0/24'), range('10.0.0.0/8')));
    assert.ok(!overlap(range('192.168.56.0/24'), range('192.168.57.0/24')));
    assert.ok(overlap(range('0.0.0.0/0'), range('255.255.255.255/32')));
  });

  it('have a netmask', () => {
    assert.equal(netmaskOf(range('10.0.0.0/21')), '255.255.248.0');
    assert.equal(netmaskOf(range('0.0.0.0/0')), '0.0.0.0');
    assert.equal(prefixOfNetmask('255.255.248.0'), 21);
    assert.equal(prefixOfNetmask('0.0.0.0'), 0);
    for (const text of ['255.0.255.0', '1.2.3.4', 'x', ''])
      assert.equal(prefixOfNetmask(text), undefined, text);
  });
});

describe('isGlobalUnicast', () => {
  it('is false for what stays on a machine, on a link, or goes to many', () => {
    const local = ['127.0.0.1', '127.255.0.1', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255'];
    const localToo = ['::', '::1', 'fe80::1', 'febf:ffff::1', 'ff02::1', 'ff0e::1', '::ffff:127.0.0.1'];
    for (const text of [...local, ...localToo]) assert.ok(!isGlobalUnicast(parseAddress(text)!), text);
    for (const text of ['10.0.0.1', '192.168.0.1', '8.8.8.8', 'fd00::1', '2001:db8::1', '::ffff:10.0.0.1']) {
      assert.ok(isGlobalUnicast(parseAddress(text)!), text);
    }
  });
});
