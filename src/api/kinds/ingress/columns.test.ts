import { shows } from '../../../../test/harness/kindRules.ts';
import { ingress } from './kind.ts';

const hosts = (...names: string[]): object => ({ rules: names.map((host) => ({ host })) });

shows(ingress, 'Name Class Hosts Address Ports Age', [
  ['one for all hosts', { spec: {} }, ['a', '<none>', '*', '', '80', '15m']],
  [
    'one with everything',
    {
      spec: { ingressClassName: 'nginx', ...hosts('a', '', 'b', 'c', 'd'), tls: [{}] },
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.2' }, { hostname: 'h' }, { ip: '10.0.0.1' }] } },
    },
    ['a', 'nginx', 'a,b,c + 2 more...', '10.0.0.1,10.0.0.2,h', '80, 443', '15m'],
  ],
]);
