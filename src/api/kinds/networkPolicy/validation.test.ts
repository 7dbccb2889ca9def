import assert from 'node:assert/strict';
import { defaulted, refusals } from '../../../../test/harness/kindRules.ts';
import type { NetworkPolicy } from '../../types.ts';
import { networkPolicy } from './kind.ts';

const from = (...peers: object[]): object => ({ spec: { ingress: [{ from: peers }] } });
const portsOf = (...ports: object[]): object => ({ spec: { egress: [{ ports }] } });
const block = (cidr: string | undefined, ...except: string[]): object => ({ ipBlock: { cidr, except } });

refusals(networkPolicy, [
  ['one for all pods', { spec: {} }, []],
  ['one that lets everything in', { spec: { ingress: [{}] } }, []],
  ['a peer by both selectors', from({ podSelector: {}, namespaceSelector: {} }), []],
  ['no peer', from({}), ['spec.ingress[0].from[0]: Required value: must specify a peer']],
  [
    'a peer by selector and address',
    from({ podSelector: {}, ...block('10.0.0.0/8') }),
    ['spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer'],
  ],
  [
    'a range without ranges',
    from(block(undefined)),
    ['spec.ingress[0].from[0].ipBlock.cidr: Required value'],
  ],
  [
    'a range that is none',
    from(block('10.0.0.0')),
    [
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  ],
  [
    'exceptions beyond the range',
    from(block('10.0.0.0/16', '10.0.1.0/24', '10.1.0.0/24', '10.0.0.0/16', 'fd00::/64')),
    [
      'except[1]: Invalid value: "10.1.0.0/24"',
      'except[2]: Invalid value: "10.0.0.0/16"',
      'except[3]: Invalid value: "fd00::/64"',
    ].map((what) => `spec.ingress[0].from[0].ipBlock.${what}: must be a strict subset of \`cidr\``),
  ],
  [
    'an operator of a selector',
    { spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } } },
    ['spec.podSelector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator'],
  ],
  [
    'ports',
    portsOf({ port: 0 }, { port: 'a b' }, { protocol: 'ICMP' }),
    [
      'spec.egress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.egress[0].ports[1].port: Invalid value: "a b": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.egress[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
  [
    'ranges of ports',
    portsOf({ endPort: 5 }, { port: 'http', endPort: 5 }, { port: 9, endPort: 5 }, { port: 5, endPort: 5 }),
    [
      'spec.egress[0].ports[0].endPort: Invalid value: 5: may not be specified when `port` is not specified',
      'spec.egress[0].ports[1].endPort: Invalid value: 5: may not be specified when `port` is non-numeric',
      'spec.egress[0].ports[2].endPort: Invalid value: 5: must be greater than or equal to `port`',
    ],
  ],
  [
    'types',
    { spec: { policyTypes: ['Both'] } },
    ['spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"'],
  ],
  [
    'three types',
    { spec: { policyTypes: ['a', 'b', 'c'] } },
    ['spec.policyTypes: Invalid value: ["a","b","c"]: may not specify more than two policyTypes'],
  ],
]);

describe('defaults of NetworkPolicy', () => {
  const specOf = (spec: object): NetworkPolicy['spec'] =>
    defaulted<NetworkPolicy>(networkPolicy, { spec }).spec;

  it('takes the types from the rules', () => {
    assert.deepEqual(specOf({}), { podSelector: {}, policyTypes: ['Ingress'] });
    assert.deepEqual(specOf({ egress: [{}] }).policyTypes, ['Ingress', 'Egress']);
    assert.deepEqual(specOf({ egress: [{}], policyTypes: ['Egress'] }).policyTypes, ['Egress']);
  });

  it('takes ports for TCP', () => {
    assert.deepEqual(specOf({ ingress: [{ ports: [{ port: 1 }] }] }).ingress, [
      { ports: [{ port: 1, protocol: 'TCP' }] },
    ]);
  });
});
