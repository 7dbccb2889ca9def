import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { endpointSlice } from './kind.ts';

refusals(endpointSlice, [
  [
    'an address of the other family',
    { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address'],
  ],
  [
    'no addresses',
    { addressType: 'IPv4', endpoints: [{}] },
    ['endpoints[0].addresses: Required value: must contain at least 1 address'],
  ],
  [
    'a host name of one label',
    { addressType: 'FQDN', endpoints: [{ addresses: ['localhost', 'a.example.com.'] }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "localhost": should be a domain with at least two segments separated by dots',
    ],
  ],
]);

refusedChanges(endpointSlice, [
  [
    'another family',
    { addressType: 'IPv4' },
    { addressType: 'IPv6' },
    ['addressType: Invalid value: "IPv6": field is immutable'],
  ],
]);
