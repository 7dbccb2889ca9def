import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PolicyRule } from '../../../api/types.ts';
import type { AuthorizationAttributes } from '../contract.ts';
import { compactRules, describeRule, ruleAllows, uncovered } from './rules.ts';

const request = (attributes: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
  isResourceRequest: true,
  path: '',
  verb: 'get',
  group: '',
  version: 'v1',
  namespace: 'default',
  resource: 'pods',
  subresource: '',
  name: '',
  ...attributes,
});

describe('ruleAllows', () => {
  const cases: [string, PolicyRule, Partial<AuthorizationAttributes>, boolean][] = [
    ['a named verb', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, {}, true],
    ['another verb', { verbs: ['list'], apiGroups: [''], resources: ['pods'] }, {}, false],
    ['another group', { verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, {}, false],
    ['stars', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { subresource: 'log' }, true],
    [
      'a resource does not stand for its subresources',
      { verbs: ['*'], apiGroups: [''], resources: ['pods'] },
      { subresource: 'log' },
      false,
    ],
    [
      'a subresource by name',
      { verbs: ['*'], apiGroups: [''], resources: ['pods/log'] },
      { subresource: 'log' },
      true,
    ],
    [
      'a subresource of all resources',
      { verbs: ['*'], apiGroups: ['*'], resources: ['*/scale'] },
      { subresource: 'scale' },
      true,
    ],
    [
      'a subresource rule does not stand for the resource',
      { verbs: ['*'], apiGroups: ['*'], resources: ['*/scale'] },
      {},
      false,
    ],
    [
      'a name',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      { name: 'a' },
      true,
    ],
    [
      'names do not allow lists',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      {},
      false,
    ],
    [
      'empty names mean all',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [] },
      { name: 'a' },
      true,
    ],
    [
      'a path',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      { isResourceRequest: false, path: '/healthz' },
      true,
    ],
    [
      'a path with a star',
      { verbs: ['get'], nonResourceURLs: ['/apis/*'] },
      { isResourceRequest: false, path: '/apis/apps/v1' },
      true,
    ],
    [
      'a path with a star does not stand for its parent',
      { verbs: ['get'], nonResourceURLs: ['/apis/*'] },
      { isResourceRequest: false, path: '/apis' },
      false,
    ],
    [
      'resource rules say nothing of paths',
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { isResourceRequest: false, path: '/healthz' },
      false,
    ],
    [
      'path rules say nothing of resources',
      { verbs: ['*'], nonResourceURLs: ['*'] },
      { path: '/api/v1/pods' },
      false,
    ],
  ];
  for (const [what, rule, attributes, allowed] of cases) {
    it(`${what}: ${allowed ? 'yes' : 'no'}`, () => {
      assert.equal(ruleAllows(rule, request(attributes)), allowed);
    });
  }
});

const some = (...values: string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const resourceRule = fc.record({
  verbs: some('get', 'list', '*'),
  apiGroups: some('', 'apps', '*'),
  resources: some('pods', 'pods/log', 'deployments', '*/log', '*'),
  resourceNames: fc.oneof(fc.constant([]), some('a', 'b')),
});
const urlRule = fc.record({ verbs: some('get', '*'), nonResourceURLs: some('/a', '/a/*', '/a/b', '*') });
const rules = fc.array(fc.oneof(resourceRule, urlRule), { maxLength: 4 });
const requests = fc.oneof(
  fc
    .record({
      verb: fc.constantFrom('get', 'list', 'watch'),
      group: fc.constantFrom('', 'apps', 'batch'),
      resource: fc.constantFrom('pods', 'deployments', 'jobs'),
      subresource: fc.constantFrom('', 'log', 'status'),
      name: fc.constantFrom('', 'a', 'b', 'c'),
    })
    .map(request),
  fc
    .record({ verb: fc.constantFrom('get', 'post'), path: fc.constantFrom('/a', '/a/b', '/a/b/c', '/c') })
    .map((attributes) => request({ ...attributes, isResourceRequest: false })),
);

describe('uncovered', () => {
  it('is empty only where every request that the wanted rules allow is allowed by the held ones', () => {
    fc.assert(
      fc.property(
        rules,
        rules,
        fc.array(requests, { minLength: 30, maxLength: 30 }),
        (held, wanted, asked) => {
          fc.pre(wanted.length > 0 && uncovered(held, wanted).length === 0);
          for (const attributes of asked) {
            if (wanted.some((rule) => ruleAllows(rule, attributes))) {
              assert.ok(held.some((rule) => ruleAllows(rule, attributes)));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('everybody holds what they hold, and stars hold everything', () => {
    fc.assert(
      fc.property(rules, (held) => {
        assert.deepEqual(uncovered(held, held), []);
        const all = [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ];
        assert.deepEqual(uncovered(all, held), []);
      }),
    );
  });

  it('what is missing is told in pieces that compactRules puts together', () => {
    const missing = uncovered(
      [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
      [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'secrets'] }],
    );
    assert.deepEqual(compactRules(missing).map(describeRule), [
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list" "watch"]}',
    ]);
  });
});
