import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { ingressClass } from './kind.ts';

const specOf = (more: object = {}): object => ({ spec: { controller: 'example.com/c', ...more } });

refusals(ingressClass, [
  ['a plain one', specOf(), []],
  ['nothing', {}, ['spec.controller: Required value']],
  [
    'a controller without a domain',
    specOf({ controller: 'nginx' }),
    ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'a controller with a space',
    specOf({ controller: 'a.b/c d' }),
    [
      "spec.controller: Invalid value: \"c d\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
    ],
  ],
  [
    'a controller of a long name',
    specOf({ controller: `a.b/${'c'.repeat(250)}` }),
    ['spec.controller: Too long: may not be more than 250 bytes'],
  ],
  ['parameters of the cluster', specOf({ parameters: { kind: 'K', name: 'n' } }), []],
  [
    'parameters of the cluster in a namespace',
    specOf({ parameters: { kind: 'K', name: 'n', namespace: 'ns' } }),
    ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
  ],
  [
    'parameters of no namespace',
    specOf({ parameters: { kind: 'K', scope: 'Namespace' } }),
    [
      'spec.parameters.name: Required value',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  ],
  [
    'parameters of the world',
    specOf({ parameters: { kind: 'K', name: 'n', scope: 'World' } }),
    ['spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"'],
  ],
]);

refusedChanges(ingressClass, [
  [
    'another controller',
    specOf(),
    specOf({ controller: 'example.com/d' }),
    ['spec.controller: Invalid value: "example.com/d": field is immutable'],
  ],
]);
