import assert from 'node:assert/strict';
import { formatRange, type IPRange } from '../../../api/ip/range.ts';
import { addressFor, freeSubnet, hostAddressOf, parseSubnet } from './subnets.ts';

const subnet = (text: string): IPRange => parseSubnet(text)!;

describe('subnets', () => {
  it('are read and written, with their first address', () => {
    assert.equal(formatRange(subnet('192.168.57.130/24')), '192.168.57.0/24');
    assert.equal(hostAddressOf(subnet('192.168.56.0/24')), '192.168.56.1');
    for (const text of ['192.168.56', '1.2.3.256/24', '1.2.3.4/33', 'fe80::/10', '']) {
      assert.equal(parseSubnet(text), undefined, text);
    }
    assert.equal(formatRange(subnet(' 10.1.2.3 ')), '10.1.2.3/32');
  });

  it('the first that is allowed and free is chosen', () => {
    const allowed = [subnet('192.168.56.0/21')];
    assert.equal(formatRange(freeSubnet(allowed, [])!), '192.168.56.0/24');
    assert.equal(formatRange(freeSubnet(allowed, [subnet('192.168.56.0/23')])!), '192.168.58.0/24');
    assert.equal(freeSubnet(allowed, allowed), undefined);
    assert.equal(freeSubnet([subnet('10.0.0.0/28')], []), undefined);
  });

  it('where all is allowed, a private one is chosen that neither NAT, pods nor Services have', () => {
    const chosen = (allowed: string, ...taken: string[]): string => {
      const found = freeSubnet(allowed.split(' ').map(subnet), taken.map(subnet));
      return found === undefined ? 'none' : formatRange(found);
    };
    // As Windows has it, and Linux with `* 0.0.0.0/0` in networks.conf.
    assert.equal(chosen('0.0.0.0/0'), '192.168.56.0/24');
    assert.equal(chosen('0.0.0.0/0', '192.168.56.0/21'), '192.168.0.0/24');
    assert.equal(chosen('0.0.0.0/0', '192.168.0.0/16'), '172.16.0.0/24');
    assert.equal(chosen('0.0.0.0/0', '192.168.0.0/16', '172.16.0.0/12'), '10.0.16.0/24');
    assert.equal(chosen('10.0.0.0/8'), '10.0.16.0/24');
    assert.equal(chosen('10.0.2.0/24'), 'none');
    assert.equal(chosen('10.244.0.0/16 10.96.0.0/12'), '10.97.0.0/24');
    assert.equal(chosen('10.0.0.0/8 192.168.56.0/21'), '192.168.56.0/24');
    // Somebody's own, which is not private.
    assert.equal(chosen('203.0.113.0/24'), '203.0.113.0/24');
  });

  it('nodes get the address of their number where it is free', () => {
    const range = subnet('192.168.56.0/24');
    assert.equal(addressFor('dev-1', range, []), '192.168.56.11');
    assert.equal(addressFor('dev-3', range, []), '192.168.56.13');
    assert.equal(addressFor('dev-3', range, ['192.168.56.11', '192.168.56.13']), '192.168.56.12');
    for (const name of ['db', 'dev-0', 'dev-900']) assert.equal(addressFor(name, range, []), '192.168.56.11');
  });

  it('nodes get the next free address; a full range has none', () => {
    const range = subnet('192.168.56.0/24');
    assert.equal(addressFor('a', range, ['192.168.56.11', '192.168.56.13']), '192.168.56.12');
    const small = subnet('10.0.0.0/29');
    const given: string[] = [];
    for (let next = addressFor('a', small, given); next !== undefined; next = addressFor('a', small, given))
      given.push(next);
    assert.deepEqual(given, ['10.0.0.4', '10.0.0.5', '10.0.0.6']);
  });
});
