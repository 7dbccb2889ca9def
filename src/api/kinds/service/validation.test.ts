import { refusals } from '../../../../test/harness/kindRules.ts';
import { service } from './kind.ts';

const serviceOf = (more: object = {}): object => ({ spec: { ports: [{ port: 80 }], ...more } });

refusals(service, [
  ['a plain one', serviceOf(), []],
  ['no ports', { spec: {} }, ['spec.ports: Required value']],
  ['no ports, headless', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }, []],
  [
    'ports without names',
    serviceOf({ ports: [{ port: 1 }, { port: 2, name: 'b' }] }),
    ['spec.ports[0].name: Required value'],
  ],
  [
    'the same port twice',
    serviceOf({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    }),
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":1}'],
  ],
  [
    'the same port in two protocols',
    serviceOf({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b', protocol: 'UDP' },
      ],
    }),
    [],
  ],
  [
    'a node port where there is none',
    serviceOf({ ports: [{ port: 1, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    'an unknown type',
    serviceOf({ type: 'Mesh' }),
    [
      'spec.type: Unsupported value: "Mesh": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      'spec.internalTrafficPolicy: Required value',
    ],
  ],
  [
    'an external name that is none',
    { spec: { type: 'ExternalName', externalName: '' } },
    ['spec.externalName: Required value'],
  ],
  ['an external name', { spec: { type: 'ExternalName', externalName: 'example.com.' } }, []],
  [
    'two stacks',
    serviceOf({ ipFamilyPolicy: 'RequireDualStack' }),
    [
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
  ],
  [
    'the other stack',
    serviceOf({ ipFamilies: ['IPv6'] }),
    ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  ],
  [
    'a loopback address',
    serviceOf({ externalIPs: ['127.0.0.1'] }),
    [
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [
    'affinity for two days',
    serviceOf({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 172800 } },
    }),
    [
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 172800: must be greater than 0 and less than 86400',
    ],
  ],
  [
    'a policy without meaning',
    serviceOf({ externalTrafficPolicy: 'Local' }),
    [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
  ],
]);
