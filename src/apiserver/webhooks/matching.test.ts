import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Resource } from '../../api/resource.ts';
import type { RuleWithOperations } from '../../api/types.ts';
import type { Operation } from '../admission/contract.ts';
import { isExempt, mayConcern, ruleMatches, wantedForm } from './matching.ts';

const OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
const GROUPS = ['', 'apps', 'example.com'];
const VERSIONS = ['v1', 'v2'];
const PLURALS = ['pods', 'nodes'];
const SUBRESOURCES = ['', 'status', 'scale'];

const some = (...values: readonly string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom('*', ...values), { minLength: 1, maxLength: 3 });

const rules: fc.Arbitrary<RuleWithOperations> = fc.record({
  operations: some(...OPERATIONS),
  apiGroups: some(...GROUPS),
  apiVersions: some(...VERSIONS),
  resources: fc.uniqueArray(
    fc
      .tuple(fc.constantFrom('*', ...PLURALS), fc.constantFrom('', '*', 'status', 'scale'))
      .map(([plural, subresource]) => (subresource === '' ? plural : `${plural}/${subresource}`)),
    { minLength: 1, maxLength: 3 },
  ),
  scope: fc.constantFrom('*', 'Namespaced', 'Cluster'),
});

const resources: fc.Arbitrary<Resource> = fc
  .tuple(fc.constantFrom(...GROUPS), fc.constantFrom(...VERSIONS), fc.constantFrom(...PLURALS))
  .map(([group, version, plural]) => ({ group, version, plural, kind: 'K', namespaced: plural === 'pods' }));

const requests = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  resource: resources,
  subresource: fc.constantFrom(...SUBRESOURCES),
});

/** All combinations that a rule matches, one by one: each star is replaced by what it stands for. */
function spelledOut(rule: RuleWithOperations): ReadonlySet<string> {
  const all = (list: readonly string[] | undefined, star: readonly string[]): readonly string[] =>
    (list ?? []).flatMap((one) => (one === '*' ? star : [one]));
  const wholes = (rule.resources ?? []).flatMap((text) => {
    const [plural = '', subresource = ''] = text.split('/');
    return all([plural], PLURALS).flatMap((one) =>
      all([subresource], SUBRESOURCES).map((sub) => `${one}/${sub}`),
    );
  });
  const scopes: Readonly<Record<string, readonly string[]>> = {
    Namespaced: ['true'],
    Cluster: ['false'],
  };
  const parts = [
    all(rule.operations, OPERATIONS),
    all(rule.apiGroups, GROUPS),
    all(rule.apiVersions, VERSIONS),
    wholes,
    scopes[rule.scope ?? '*'] ?? ['true', 'false'],
  ];
  const combined = parts.reduce<string[]>(
    (heads, tails) => heads.flatMap((head) => tails.map((tail) => `${head} ${tail}`)),
    [''],
  );
  return new Set(combined);
}

type Asked = Parameters<typeof wantedForm>[1];

const asAsked = (request: { operation: Operation; resource: Resource; subresource: string }): Asked => ({
  ...request,
  namespace: '',
  name: '',
  object: undefined,
  old: undefined,
});

function isSpelledOut(
  rule: RuleWithOperations,
  { operation, subresource }: Asked,
  resource: Resource,
): boolean {
  const { group, version, plural, namespaced } = resource;
  return spelledOut(rule).has(
    ` ${operation} ${group} ${version} ${plural}/${subresource} ${String(namespaced)}`,
  );
}

describe('matching of webhooks', () => {
  it('takes a rule for all that it names', () => {
    fc.assert(
      fc.property(rules, requests, (rule, request) => {
        const asked = asAsked(request);
        assert.equal(ruleMatches(rule, asked, request.resource), isSpelledOut(rule, asked, request.resource));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a request as it is where a rule names it, else as the first equivalent that a rule names', () => {
    fc.assert(
      fc.property(
        fc.array(rules, { maxLength: 3 }),
        requests,
        fc.array(resources, { maxLength: 3 }),
        fc.boolean(),
        (list, request, equivalents, matchesEquivalents) => {
          const asked = asAsked(request);
          const found = wantedForm({ rules: list, matchesEquivalents }, asked, equivalents);
          const names = (resource: Resource): boolean =>
            list.some((rule) => isSpelledOut(rule, asked, resource));
          if (names(request.resource)) assert.equal(found, request.resource);
          else if (!matchesEquivalents || !equivalents.some(names)) assert.equal(found, undefined);
          else {
            const first = list.find((rule) => equivalents.some((one) => isSpelledOut(rule, asked, one)));
            assert.ok(first !== undefined);
            assert.equal(
              found,
              equivalents.find((one) => isSpelledOut(first, asked, one)),
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is not quick to pass over what a hook wants, in whatever version', () => {
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 3 }), requests, resources, (list, request, other) => {
        const asked = asAsked(request);
        const equivalent = { ...other, plural: request.resource.plural };
        const found = wantedForm({ rules: list, matchesEquivalents: true }, asked, [equivalent]);
        if (found !== undefined) assert.ok(mayConcern({ rules: list }, asked));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves alone what decides on admission', () => {
    const group = 'admissionregistration.k8s.io';
    assert.ok(isExempt({ group, plural: 'mutatingwebhookconfigurations' }));
    assert.ok(!isExempt({ group, plural: 'others' }));
    assert.ok(!isExempt({ group: '', plural: 'mutatingwebhookconfigurations' }));
  });
});
