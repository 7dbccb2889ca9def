import assert from 'node:assert/strict';
import { ipRange } from './ipRange.ts';

describe('ipRange', () => {
  it('leaves out the network and the broadcast address', () => {
    const range = ipRange('10.96.0.0/24');
    assert.equal(range.size, 254);
    assert.equal(range.addressAt(0), '10.96.0.1');
    assert.equal(range.addressAt(253), '10.96.0.254');
    for (const outside of ['10.96.0.0', '10.96.0.255', '10.96.1.1', '::1', 'x']) {
      assert.equal(range.indexOf(outside), undefined, outside);
    }
  });

  it('finds the index of every address that it gives, above 2^31 as well', () => {
    for (const cidr of ['10.96.0.0/16', '192.168.17.3/28', '250.0.0.0/8']) {
      const range = ipRange(cidr);
      for (const index of [0, 1, range.size - 1])
        assert.equal(range.indexOf(range.addressAt(index)), index, cidr);
    }
  });

  it('refuses what it cannot hand out', () => {
    for (const wrong of [
      '10.96.0.0',
      '10.96.0.0/31',
      '10.96.0.0/4',
      'fd00::/112',
      '10.96.0/16',
      '10.0.0.0/',
    ]) {
      assert.throws(() => ipRange(wrong), /must be an IPv4 range/, wrong);
    }
  });
});
