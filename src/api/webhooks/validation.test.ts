import assert from 'node:assert/strict';
import { asLines } from '../../../test/harness/fieldErrors.ts';
import type { Kind } from '../kind.ts';
import { mutatingWebhookConfiguration } from '../kinds/mutatingWebhookConfiguration/kind.ts';
import { validatingWebhookConfiguration } from '../kinds/validatingWebhookConfiguration/kind.ts';
import type { Draft, KubeObject } from '../meta.ts';

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const hook = (more: object = {}): object => ({
  name: 'a.example.com',
  clientConfig: { url: 'https://localhost:8443/a' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const service = (more: object): object =>
  hook({ clientConfig: { service: { namespace: 'ns', name: 'svc', ...more } } });
const rules = (more: object): object => hook({ rules: [{ ...rule, ...more }] });

function linesOf(kind: Kind, ...webhooks: readonly object[]): string[] {
  const draft = { metadata: { name: 'a' }, webhooks } as unknown as Draft;
  kind.setDefaults?.(draft);
  return asLines(kind.validate(draft as unknown as KubeObject)).map((line) =>
    line.replace('webhooks[0].', ''),
  );
}

const cases: readonly (readonly [string, object, readonly string[]])[] = [
  ['a complete webhook', hook(), []],
  ['a service', service({ path: '/a/b', port: 8443 }), []],
  ['a service that says as little as it may', service({}), []],
  ['no name', hook({ name: '' }), ['name: Required value']],
  [
    'a short name',
    hook({ name: 'example.com' }),
    ['name: Invalid value: "example.com": should be a domain with at least three segments separated by dots'],
  ],
  [
    'no side effects said',
    hook({ sideEffects: undefined }),
    ['sideEffects: Required value: must specify one of None, NoneOnDryRun'],
  ],
  [
    'side effects',
    hook({ sideEffects: 'Some' }),
    ['sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
  ],
  [
    'no version of reviews',
    hook({ admissionReviewVersions: [] }),
    ['admissionReviewVersions: Required value: must specify one of v1, v1beta1'],
  ],
  [
    'versions of reviews that nobody speaks',
    hook({ admissionReviewVersions: ['v7', 'v7', 'X'] }),
    [
      'admissionReviewVersions[1]: Invalid value: "v7": duplicate version',
      "admissionReviewVersions[2]: Invalid value: \"X\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'admissionReviewVersions: Invalid value: ["v7","v7","X"]: must include at least one of v1, v1beta1',
    ],
  ],
  [
    'a timeout',
    hook({ timeoutSeconds: 31 }),
    ['timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
  ],
  [
    'policies',
    hook({ failurePolicy: 'x', matchPolicy: 'y' }),
    [
      'failurePolicy: Unsupported value: "x": supported values: "Fail", "Ignore"',
      'matchPolicy: Unsupported value: "y": supported values: "Equivalent", "Exact"',
    ],
  ],
  [
    'selectors',
    hook({ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    [
      "namespaceSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
  ],
  [
    'neither URL nor service',
    hook({ clientConfig: {} }),
    ['clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'both',
    hook({ clientConfig: { url: 'https://a', service: { name: 'a', namespace: 'b' } } }),
    ['clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'a URL that has everything it must not',
    hook({ clientConfig: { url: 'http://me:pw@host/path?q=1#f' } }),
    [
      'clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'clientConfig.url: Invalid value: "me:pw": user information is not permitted in the URL',
      'clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
      'clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
    ],
  ],
  [
    'a URL without a host',
    hook({ clientConfig: { url: 'https:///x' } }),
    ['clientConfig.url: Invalid value: "": host must be provided; desired format: https://host[/path]'],
  ],
  [
    'a host that is none',
    hook({ clientConfig: { url: 'https://a b/' } }),
    [
      'clientConfig.url: Required value: url must be a valid URL: parse "https://a b/": invalid host; desired format: https://host[/path]',
    ],
  ],
  [
    'a service without names',
    service({ name: '', namespace: '', port: 0 }),
    [
      'clientConfig.service.name: Required value: service name is required',
      'clientConfig.service.namespace: Required value: service namespace is required',
      'clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ],
  ],
  ['paths: a slash', service({ path: '/' }), []],
  [
    'paths: two slashes',
    service({ path: '//' }),
    ['clientConfig.service.path: Invalid value: "//": segment[0] may not be empty'],
  ],
  [
    'paths: an empty segment',
    service({ path: '/a//b/' }),
    ['clientConfig.service.path: Invalid value: "/a//b/": segment[1] may not be empty'],
  ],
  [
    'paths: relative',
    service({ path: 'ab' }),
    ['clientConfig.service.path: Invalid value: "ab": must start with a \'/\''],
  ],
  [
    'an empty rule',
    hook({ rules: [{}] }),
    [
      'rules[0].operations: Required value',
      'rules[0].apiGroups: Required value',
      'rules[0].apiVersions: Required value',
      'rules[0].resources: Required value',
    ],
  ],
  [
    'a wildcard among others',
    rules({ operations: ['*', 'CREATE'], apiGroups: ['*', 'a'], apiVersions: ['*', ''] }),
    [
      'rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      'rules[0].apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other API groups',
      'rules[0].apiVersions: Invalid value: ["*",""]: if \'*\' is present, must not specify other API versions',
      'rules[0].apiVersions[1]: Required value',
    ],
  ],
  [
    'an operation and a scope that there are not',
    rules({ operations: ['GET'], scope: 'all' }),
    [
      'rules[0].operations[0]: Unsupported value: "GET": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
      'rules[0].scope: Unsupported value: "all": supported values: "*", "Cluster", "Namespaced"',
    ],
  ],
  [
    'resources that say the same',
    rules({ resources: ['pods/*', 'pods/log', '*/status', 'x/status'] }),
    [
      'rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
      'rules[0].resources[3]: Invalid value: "x/status": if \'*/status\' is present, must not specify x/status',
    ],
  ],
  [
    'everything and more',
    rules({ resources: ['*/*', '*', 'a'] }),
    [
      'rules[0].resources: Invalid value: ["*/*","*","a"]: if \'*/*\' is present, must not specify other resources',
      'rules[0].resources: Invalid value: ["*/*","*","a"]: if \'*\' is present, must not specify other resources without subresources',
    ],
  ],
  ['all resources and all of a subresource', rules({ resources: ['*', '*/scale'] }), []],
  [
    'conditions that hold or do not',
    hook({
      matchConditions: [
        { name: 'a', expression: 'true' },
        { name: 'b', expression: "request.userInfo.groups.exists(g, g == 'x') && object.a.b == oldObject.c" },
      ],
    }),
    [],
  ],
  [
    'expressions that mean nothing',
    hook({
      matchConditions: [
        { name: 'a', expression: 'request.foo == 1' },
        { name: 'b', expression: '"text"' },
        { name: 'b', expression: 'other == 1' },
      ],
    }),
    [
      'matchConditions[0].expression: Invalid value: "request.foo == 1": compilation failed: ERROR: <input>:1:8: undefined field \'foo\'\n | request.foo == 1\n | .......^',
      'matchConditions[1].expression: Invalid value: "\\"text\\"": must evaluate to bool',
      "matchConditions[2].expression: Invalid value: \"other == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other == 1\n | ^",
      'matchConditions[2].name: Duplicate value: "b"',
    ],
  ],
  [
    'conditions without parts',
    hook({ matchConditions: [{}, { name: 'a b', expression: '' }] }),
    [
      'matchConditions[0].expression: Required value',
      'matchConditions[0].name: Required value',
      'matchConditions[1].expression: Required value',
      "matchConditions[1].name: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
];

describe('validation of webhook configurations', () => {
  for (const kind of [mutatingWebhookConfiguration, validatingWebhookConfiguration]) {
    for (const [what, webhook, expected] of cases) {
      it(`${kind.resource.kind}: ${what}`, () => assert.deepEqual(linesOf(kind, webhook), expected));
    }

    it(`${kind.resource.kind}: names a webhook once`, () => {
      assert.deepEqual(linesOf(kind, hook(), hook()), ['webhooks[1].name: Duplicate value: "a.example.com"']);
    });
  }

  it('knows the policies of reinvocation', () => {
    assert.deepEqual(linesOf(mutatingWebhookConfiguration, hook({ reinvocationPolicy: 'Always' })), [
      'reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
    ]);
  });

  it('fills in what may be left out', () => {
    const draft = { metadata: { name: 'a' }, webhooks: [service({})] } as unknown as Draft;
    mutatingWebhookConfiguration.setDefaults?.(draft);
    assert.deepEqual(Reflect.get(draft, 'webhooks'), [
      {
        name: 'a.example.com',
        clientConfig: { service: { namespace: 'ns', name: 'svc', port: 443 } },
        rules: [{ ...rule, scope: '*' }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
        reinvocationPolicy: 'Never',
      },
    ]);
  });
});
