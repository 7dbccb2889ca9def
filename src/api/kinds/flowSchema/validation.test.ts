import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusals, shows } from '../../../../test/harness/kindRules.ts';
import { BOOTSTRAP_SCHEMAS } from '../../flowControl/bootstrap.ts';
import { flowSchema } from './kind.ts';

const level = { priorityLevelConfiguration: { name: 'a' } };
const subjects = [{ kind: 'User', user: { name: 'u' } }];
const nonResourceRules = [{ verbs: ['get'], nonResourceURLs: ['/'] }];
const specOf = (more: object = {}): object => ({ spec: { ...level, ...more } });
const ruleOf = (rule: object): object => specOf({ rules: [{ subjects, nonResourceRules, ...rule }] });
const pathsOf = (...nonResourceURLs: string[]): object =>
  ruleOf({ nonResourceRules: [{ verbs: ['*'], nonResourceURLs }] });

refusals(flowSchema, [
  ['one without rules', specOf(), []],
  ['nothing', {}, ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level']],
  [
    'a low precedence',
    specOf({ matchingPrecedence: -1 }),
    ['spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
  ],
  [
    'a high precedence',
    specOf({ matchingPrecedence: 10_001 }),
    ['spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000'],
  ],
  [
    'the first place',
    specOf({ matchingPrecedence: 1 }),
    [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ],
  ],
  [
    'another method',
    specOf({ distinguisherMethod: { type: 'ByMood' } }),
    ['spec.distinguisherMethod.type: Unsupported value: "ByMood": supported values: "ByNamespace", "ByUser"'],
  ],
  [
    'a rule for nobody about nothing',
    specOf({ rules: [{}] }),
    [
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ],
  ],
  [
    'subjects',
    ruleOf({
      subjects: [
        { kind: 'Robot' },
        { kind: 'User', group: { name: 'g' } },
        { kind: 'Group', group: {} },
        { kind: 'ServiceAccount', serviceAccount: { name: 'A' } },
      ],
    }),
    [
      'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[0].subjects[2].group.name: Required value',
      "spec.rules[0].subjects[3].serviceAccount.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.rules[0].subjects[3].serviceAccount.namespace: Required value: must specify namespace for service account',
    ],
  ],
  [
    'rules of resources',
    ruleOf({
      resourceRules: [
        { verbs: ['*', 'get'], apiGroups: ['*', 'a'], resources: [] },
        { verbs: ['read'], apiGroups: ['a'], resources: ['b'], clusterScope: true },
      ],
    }),
    [
      'spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      'spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other api groups',
      'spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at least one resource',
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      'spec.rules[0].resourceRules[1].verbs: Unsupported value: ["read"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
    ],
  ],
  [
    'paths',
    pathsOf('', 'a', '/a b', '/a//b', '/*/*', '/a*', '/ok/*'),
    [
      ...['"": must not be empty', '"a": must start with slash', '"/a b": must not contain white-space'],
      ...['"/a//b": must not contain double slash', '"/*/*": wildcard can only do suffix matching'],
      '"/a*": wildcard can only do suffix matching',
    ].map((what, at) => `spec.rules[0].nonResourceRules[0].nonResourceURLs[${at}]: Invalid value: ${what}`),
  ],
  [
    'conditions',
    { ...specOf(), status: { conditions: [{ type: 'a' }, { type: 'a' }, {}] } },
    [
      'status.conditions[1].type: Duplicate value: "a"',
      'status.conditions[2].type: Required value: must not be empty',
    ],
  ],
]);

describe('flow schemas of every cluster', () => {
  for (const { name, spec, mandatory } of BOOTSTRAP_SCHEMAS) {
    it(`${name} is valid, and as it is stored`, () => {
      const object = objectOf(flowSchema, structuredClone({ spec }), { name });
      assert.deepEqual(asLines(flowSchema.validate(object)), []);
      assert.deepEqual((object as unknown as { spec: object }).spec, spec);
    });
    if (!mandatory) continue;
    it(`${name} cannot be changed`, () => {
      const object = objectOf(
        flowSchema,
        { spec: { ...spec, distinguisherMethod: { type: 'ByNamespace' } } },
        { name },
      );
      const [error = ''] = asLines(flowSchema.validate(object));
      assert.ok(error.endsWith(`spec of '${name}' must equal the fixed value`), error);
    });
  }
});

shows(flowSchema, 'Name PriorityLevel MatchingPrecedence DistinguisherMethod Age MissingPL', [
  ['a new one', specOf(), ['a', 'a', 1000, '<none>', '15m', '?']],
  [
    'one that is looked after',
    {
      ...specOf({ distinguisherMethod: { type: 'ByUser' } }),
      status: { conditions: [{ type: 'Dangling', status: 'False' }] },
    },
    ['a', 'a', 1000, 'ByUser', '15m', 'False'],
  ],
]);
