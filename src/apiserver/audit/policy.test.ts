import assert from 'node:assert/strict';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { decide, parsePolicy } from './policy.ts';

const policyOf = (rules: string): string => `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules}`;
const jane = { name: 'jane', groups: ['dev', 'system:authenticated'] };

function levelOf(rule: string, method: string, path: string): string {
  const policy = parsePolicy(policyOf(`- {level: Request, ${rule}}\n- level: Metadata`));
  return decide(policy, jane, resolveRequestInfo(method, path, new URLSearchParams())).level;
}

const PODS = '/api/v1/namespaces/ns/pods';

describe('audit policy', () => {
  for (const [rule, method, path, fits] of [
    ['users: [jane]', 'GET', PODS, true],
    ['users: [john]', 'GET', PODS, false],
    ['userGroups: [dev, ops]', 'GET', PODS, true],
    ['userGroups: [ops]', 'GET', PODS, false],
    ['verbs: [list]', 'GET', PODS, true],
    ['verbs: [get]', 'GET', PODS, false],
    ['namespaces: [ns]', 'GET', PODS, true],
    ['namespaces: [""]', 'GET', '/api/v1/nodes', true],
    ['namespaces: [other]', 'GET', PODS, false],
    ['namespaces: [ns]', 'GET', '/healthz', false],
    ['resources: [{group: ""}]', 'GET', PODS, true],
    ['resources: [{group: apps}]', 'GET', PODS, false],
    ['resources: [{resources: [pods]}]', 'GET', `${PODS}/p`, true],
    ['resources: [{resources: [pods]}]', 'GET', `${PODS}/p/log`, false],
    ['resources: [{resources: [pods/log]}]', 'GET', `${PODS}/p/log`, true],
    ['resources: [{resources: ["pods/*"]}]', 'GET', `${PODS}/p/log`, true],
    ['resources: [{resources: ["*/log"]}]', 'GET', `${PODS}/p/log`, true],
    ['resources: [{resources: ["*/log"]}]', 'GET', `${PODS}/p`, false],
    ['resources: [{resources: ["*"]}]', 'GET', `${PODS}/p/log`, true],
    ['resources: [{resources: [pods], resourceNames: [p]}]', 'GET', `${PODS}/p`, true],
    ['resources: [{resources: [pods], resourceNames: [q]}]', 'GET', `${PODS}/p`, false],
    ['nonResourceURLs: ["/healthz*"]', 'GET', '/healthz/ping', true],
    ['nonResourceURLs: ["/healthz"]', 'GET', '/healthz/ping', false],
    ['nonResourceURLs: ["*"]', 'GET', PODS, false],
  ] as const) {
    it(`${fits ? 'takes' : 'passes over'} ${method} ${path} for ${rule}`, () => {
      assert.equal(levelOf(rule, method, path), fits ? 'Request' : 'Metadata');
    });
  }

  it('says nothing of what no rule names', () => {
    const policy = parsePolicy(policyOf('- {level: Request, users: [john]}'));
    assert.equal(decide(policy, jane, resolveRequestInfo('GET', PODS, new URLSearchParams())).level, 'None');
  });

  it('adds up the stages that are left out; a rule knows better about managed fields', () => {
    const policy = parsePolicy(
      `${policyOf('- {level: Request, omitStages: [Panic], omitManagedFields: false}')}\nomitStages: [RequestReceived]\nomitManagedFields: true`,
    );
    const decision = decide(policy, jane, resolveRequestInfo('GET', PODS, new URLSearchParams()));
    assert.deepEqual([...decision.omitStages], ['RequestReceived', 'Panic']);
    assert.equal(decision.omitManagedFields, false);
  });

  for (const [text, message] of [
    ['kind: Pod', 'it must be a Policy of audit.k8s.io/v1'],
    ['{', /error (decoding|converting) YAML|flow/i],
    [policyOf('  []'), 'loaded illegal policy with 0 rules'],
    [policyOf('- {}'), 'rules[0].level: Required value'],
    [
      policyOf('- {level: All}'),
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    [
      policyOf('- {level: None, nonResourceURLs: [x, "/a*b"], namespaces: [a]}'),
      'rules[0].nonResourceURLs: Invalid value: ["x","/a*b"]: rules cannot apply to both regular resources and non-resource URLs, rules[0].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a \'/\' character, rules[0].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards \'*\' must be the final character of the rule',
    ],
    [
      policyOf('- {level: None, resources: [{group: apps/v1, resourceNames: [a]}], omitStages: [Never]}'),
      'rules[0].resources[0].group: Invalid value: "apps/v1": group should not contain a version, rules[0].resources[0].resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource, rules[0].omitStages[0]: Invalid value: "Never": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 80))}`, () => {
      assert.throws(() => parsePolicy(text), { message });
    });
  }
});
