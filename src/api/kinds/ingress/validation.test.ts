import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusals, refusedStatuses } from '../../../../test/harness/kindRules.ts';
import { ingress } from './kind.ts';

const service = { name: 'web', port: { number: 80 } };
const pathOf = (more: object = {}): object => ({
  path: '/',
  pathType: 'Prefix',
  backend: { service },
  ...more,
});
const ruleOf = (path: object, more: object = {}): object => ({
  spec: { rules: [{ http: { paths: [path] }, ...more }] },
});
const backendOf = (backend: object): object => ({ spec: { defaultBackend: backend } });
const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

refusals(ingress, [
  ['a plain one', ruleOf(pathOf()), []],
  [
    'neither rules nor a backend',
    { spec: {} },
    ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
  ],
  [
    'a rule without paths',
    { spec: { rules: [{ http: { paths: [] } }] } },
    ['spec.rules[0].http.paths: Required value'],
  ],
  ['a rule for a host alone', { spec: { rules: [{ host: 'a.example.com' }] } }, []],
  [
    'a path of no type',
    ruleOf(pathOf({ pathType: undefined })),
    ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
  ],
  [
    'a path of an unknown type',
    ruleOf(pathOf({ pathType: 'Regex' })),
    [
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"',
    ],
  ],
  [
    'paths that are ambiguous',
    ruleOf(pathOf({ path: '/a//b/../c%2f/.' })),
    ["'//'", "'/../'", "'%2f'"]
      .map((part) => `must not contain ${part}`)
      .concat("cannot end with '/.'")
      .map((text) => `spec.rules[0].http.paths[0].path: Invalid value: "/a//b/../c%2f/.": ${text}`),
  ],
  [
    'a relative path',
    ruleOf(pathOf({ path: 'a' })),
    ['spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path'],
  ],
  [
    'no path where the controller says what that means',
    ruleOf(pathOf({ path: '', pathType: 'ImplementationSpecific' })),
    [],
  ],
  [
    'a host that is an address',
    ruleOf(pathOf(), { host: '10.0.0.1' }),
    ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
  ],
  [
    'a wildcard in the middle',
    ruleOf(pathOf(), { host: 'a.*.com' }),
    [`spec.rules[0].host: Invalid value: "a.*.com": ${WILDCARD}`],
  ],
  [
    'hosts of certificates',
    { spec: { defaultBackend: { service }, tls: [{ hosts: ['*', 'ok'], secretName: 'ok' }] } },
    [`spec.tls[0].hosts[0]: Invalid value: "*": ${WILDCARD}`],
  ],
  [
    'two backends in one',
    backendOf({ service, resource: { kind: 'K', name: 'n' } }),
    ['spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'],
  ],
  [
    'no backend',
    backendOf({}),
    ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
  ],
  [
    'a resource without a name',
    backendOf({ resource: { kind: 'a/b', apiGroup: 'example.com' } }),
    [
      'spec.defaultBackend.resource.kind: Invalid value: "a/b": may not contain \'/\'',
      'spec.defaultBackend.resource.name: Required value',
    ],
  ],
  [
    'a service without a port',
    backendOf({ service: { name: '' } }),
    [
      'spec.defaultBackend.service.name: Required value',
      'spec.defaultBackend: Required value: port name or number is required',
    ],
  ],
  [
    'a port by name and number',
    backendOf({ service: { name: 'a', port: { name: 'http', number: 80 } } }),
    ['spec.defaultBackend: Invalid value: "": cannot set both port name & port number'],
  ],
  [
    'a port out of range',
    backendOf({ service: { name: 'a', port: { number: 65536 } } }),
    ['spec.defaultBackend.service.port.number: Invalid value: 65536: must be between 1 and 65535, inclusive'],
  ],
]);

describe('validate a new Ingress', () => {
  const about = (annotation: string, ingressClassName?: string): string[] => {
    const annotations = { 'kubernetes.io/ingress.class': annotation };
    const spec = ingressClassName === undefined ? {} : { ingressClassName };
    return asLines(ingress.validateCreate?.(objectOf(ingress, { spec }, { annotations })) ?? []);
  };

  it('lets one class be named, in the old or the new way or alike in both', () => {
    assert.deepEqual([about('a'), about('a', 'a')], [[], []]);
    assert.deepEqual(about('a', 'b'), [
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ]);
  });
});

const statusOf = (...entries: object[]): object => ({ status: { loadBalancer: { ingress: entries } } });
refusedStatuses(ingress, [
  ['an address and a name', {}, statusOf({ ip: '10.0.0.1' }, { hostname: 'a.example.com' }), []],
  [
    'what is neither',
    {},
    statusOf({ ip: 'x', hostname: '10.0.0.1' }),
    [
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[0].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
  ],
]);
