import { refusals, refusedChanges, shows } from '../../../../test/harness/kindRules.ts';
import { serviceCIDR } from './kind.ts';

const of = (...cidrs: string[]): object => ({ spec: { cidrs } });

refusals(serviceCIDR, [
  ['one range', of('10.0.0.0/24'), []],
  ['a range of each family', of('10.0.0.0/24', 'fd00::/64'), []],
  ['nothing', {}, ['spec.cidrs: Required value: at least one CIDR required']],
  [
    'three ranges',
    of('a', 'b', 'c'),
    ['spec.cidrs: Invalid value: {"cidrs":["a","b","c"]}: may only hold up to 2 values'],
  ],
  [
    'two ranges of a family',
    of('10.0.0.0/24', '10.1.0.0/24'),
    [
      'spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
  ],
  [
    'an address within a range',
    of('10.0.0.1/24'),
    ['spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length'],
  ],
]);

refusedChanges(serviceCIDR, [
  ['a second family', of('10.0.0.0/24'), of('10.0.0.0/24', 'fd00::/64'), []],
  [
    'another range',
    of('10.0.0.0/24'),
    of('10.1.0.0/24'),
    ['spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable'],
  ],
  [
    'a range less',
    of('10.0.0.0/24', 'fd00::/64'),
    of('10.0.0.0/24'),
    ['spec.cidrs: Invalid value: ["10.0.0.0/24"]: field is immutable'],
  ],
]);

shows(serviceCIDR, 'Name CIDRs Age', [
  ['its ranges', of('10.0.0.0/24', 'fd00::/64'), ['a', '10.0.0.0/24,fd00::/64', '15m']],
]);
