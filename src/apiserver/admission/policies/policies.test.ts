import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';
import type { Status } from '../../../api/status.ts';
import { createAdmissionReader } from '../reader.ts';
import { type AdmissionPolicies, admissionPolicies } from './index.ts';

const API = '/apis/admissionregistration.k8s.io/v1';
const configMaps = '/api/v1/namespaces/ns/configmaps';
const rule = (operations: string, resources: string, more: object = {}): object => ({
  operations: operations.split(','),
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources: resources.split(','),
  ...more,
});
const configMap = (name: string, data: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

describe('admission policies', () => {
  let api: TestServer;
  let admission: AdmissionPolicies;

  beforeEach(async () => {
    api = await startTestServer({
      admission: (cache, _storage, resources) => {
        admission = admissionPolicies({
          cache,
          reader: createAdmissionReader(cache),
          resources,
          authorizer: {
            authorize: (user, { verb, resource }) => ({
              allowed: verb === 'get' && resource === 'secrets',
              reason: user.name,
            }),
          },
        });
        return [admission.validating];
      },
    });
    await make('/api/v1/namespaces', { metadata: { name: 'ns', labels: { env: 'test' } } });
  });

  afterEach(async () => {
    admission.dispose();
    await api.stop();
  });

  async function make(path: string, object: object): Promise<void> {
    const { code, body } = await api.call('POST', path, object);
    assert.equal(code, 201, JSON.stringify(body));
  }

  async function policy(spec: object, binding: object = {}, match: object = {}): Promise<void> {
    await make(`${API}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [rule('CREATE,UPDATE', 'configmaps')], ...match }, ...spec },
    });
    await make(`${API}/validatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
    });
  }

  /** The answer to a new object: `422 Invalid: …` or `ok`. */
  async function create(object: object, path = configMaps): Promise<string> {
    const { code: status, body } = await api.call('POST', path, object);
    if (status === 201) return 'ok';
    const { reason = '', message = '' } = body as unknown as Status;
    return `${status} ${reason}: ${message}`;
  }

  const denied = (message: string, code = '422 Invalid', name = 'a'): string =>
    `${code}: configmaps "${name}" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${message}`;

  it('refuses what does not hold, with the message that is given or made', async () => {
    await policy({
      variables: [
        { name: 'size', expression: 'size(object.data)' },
        { name: 'tooMany', expression: 'variables.size > 2' },
      ],
      validations: [
        { expression: '!variables.tooMany', messageExpression: "'at most 2, not ' + string(variables.size)" },
        { expression: "!('bad' in object.data)", message: 'nothing bad', reason: 'Forbidden' },
        { expression: "!object.metadata.name.startsWith('x')" },
      ],
    });
    assert.equal(await create(configMap('a', { one: '1' })), 'ok');
    assert.equal(await create(configMap('a', { a: '1', b: '2', c: '3' })), denied('at most 2, not 3'));
    assert.equal(await create(configMap('a', { bad: '' })), denied('nothing bad', '403 Forbidden'));
    const failed = denied("failed expression: !object.metadata.name.startsWith('x')", '422 Invalid', 'x');
    assert.equal(await create(configMap('x', { v: '' })), failed);
  });

  it('is in force with a binding alone, and for what it matches', async () => {
    await policy(
      { validations: [{ expression: 'false' }] },
      {
        matchResources: {
          namespaceSelector: { matchLabels: { env: 'test' } },
          excludeResourceRules: [rule('*', '*', { resourceNames: ['free'] })],
        },
      },
      { objectSelector: { matchLabels: { checked: 'yes' } } },
    );
    const checked = { labels: { checked: 'yes' } };
    assert.equal(await create(configMap('a')), 'ok');
    assert.equal(
      await create(configMap('b', {}, checked)),
      denied('failed expression: false', '422 Invalid', 'b'),
    );
    assert.equal(await create(configMap('free', {}, checked)), 'ok');
    await make('/api/v1/namespaces', { metadata: { name: 'other' } });
    assert.equal(await create(configMap('b', {}, checked), '/api/v1/namespaces/other/configmaps'), 'ok');
    await api.call('DELETE', `${API}/validatingadmissionpolicybindings/b`);
    assert.equal(await create(configMap('b', {}, checked)), 'ok');
  });

  it('sees the request, its namespace and the old object, and asks the authorizer', async () => {
    await policy({
      matchConditions: [{ name: 'not-mine', expression: "request.userInfo.username != 'root'" }],
      validations: [
        {
          expression: "request.operation == 'CREATE' ? oldObject == null : oldObject.data.v <= object.data.v",
        },
        { expression: "namespaceObject.metadata.labels.env == 'test'" },
        { expression: "authorizer.group('').resource('secrets').check('get').allowed()" },
        { expression: "!authorizer.requestResource.check('delete').allowed()" },
      ],
    });
    assert.equal(await create(configMap('a', { v: '2' })), 'ok');
    const { code: status } = await api.call('PUT', `${configMaps}/a`, configMap('a', { v: '1' }));
    assert.equal(status, 422);
  });

  it('takes parameters by name or by labels', async () => {
    await policy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [
          {
            expression: 'int(object.data.n) <= int(params.data.max)',
            messageExpression: "'more than ' + params.data.max",
          },
        ],
        matchConditions: [{ name: 'numbers', expression: "'n' in object.data" }],
      },
      { paramRef: { selector: { matchLabels: { limit: 'yes' } }, parameterNotFoundAction: 'Deny' } },
    );
    const nothing =
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction';
    assert.equal(await create(configMap('a', { n: '1' })), denied(nothing));
    await api.call('DELETE', `${API}/validatingadmissionpolicybindings/b`);
    assert.equal(await create(configMap('limit', { max: '5' }, { labels: { limit: 'yes' } })), 'ok');
    await make(`${API}/validatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: {
        policyName: 'p',
        validationActions: ['Deny'],
        paramRef: { name: 'limit', namespace: 'ns', parameterNotFoundAction: 'Deny' },
      },
    });
    assert.equal(await create(configMap('a', { n: '5' })), 'ok');
    assert.equal(await create(configMap('b', { n: '6' })), denied('more than 5', '422 Invalid', 'b'));
  });

  it('warns where it may not deny', async () => {
    await policy(
      { validations: [{ expression: 'false', message: 'no' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    const answer = await api.ask('POST', configMaps, configMap('a'));
    assert.match(
      JSON.stringify(answer),
      /Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no/,
    );
  });

  it('passes over or refuses what cannot be evaluated, as the failure policy says', async () => {
    await policy({ validations: [{ expression: "object.data.none == 'x'" }] });
    const message = "expression 'object.data.none == 'x'' resulted in error: no such key: none";
    assert.equal(await create(configMap('a', { v: '' })), denied(message));
    const { body } = await api.call('GET', `${API}/validatingadmissionpolicies/p`);
    const changed = {
      ...(body as object),
      spec: { ...(body as { spec: object }).spec, failurePolicy: 'Ignore' },
    };
    assert.equal((await api.call('PUT', `${API}/validatingadmissionpolicies/p`, changed)).code, 200);
    assert.equal(await create(configMap('a')), 'ok');
  });

  it('ends where it costs too much', async () => {
    await policy({
      variables: [{ name: 'many', expression: 'lists.range(1000)' }],
      validations: [{ expression: 'variables.many.all(a, variables.many.all(b, a + b >= 0))' }],
    });
    assert.match(await create(configMap('a')), /operation cancelled: actual cost limit exceeded$/);
  });

  it('says what is wrong with policies and bindings', async () => {
    const wrong = async (path: string, spec: object): Promise<string[]> => {
      const { body } = await api.call('POST', `${API}/${path}`, { metadata: { name: 'w' }, spec });
      return ((body as unknown as Status).details?.causes ?? []).map(
        ({ field, message }) => `${field ?? ''}: ${message ?? ''}`,
      );
    };
    const match = { resourceRules: [rule('CREATE', 'pods')] };
    assert.deepEqual(await wrong('validatingadmissionpolicies', {}), [
      'spec.matchConstraints: Required value',
      'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
      'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
    ]);
    const spec = {
      matchConstraints: match,
      paramKind: { apiVersion: 'a/b/c', kind: '' },
      variables: [
        { name: 'in', expression: '1' },
        { name: 'x', expression: 'y' },
      ],
      validations: [
        { expression: '1 + 1', message: 'a\nb', reason: 'Why' },
        { expression: 'params.x == variables.x', messageExpression: '1' },
        {
          expression: 'authorizer.path("/").check("get").allowed()',
          messageExpression: 'authorizer.path("/")',
        },
      ],
      auditAnnotations: [{ key: 'k', valueExpression: '1' }],
    };
    assert.deepEqual(await wrong('validatingadmissionpolicies', spec), [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.paramKind.kind: Required value',
      'spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier',
      "spec.variables[1].expression: Invalid value: \"y\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'y' (in container '')\n | y\n | ^",
      'spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool',
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[0].reason: Unsupported value: "Why": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
      'spec.validations[1].messageExpression: Invalid value: "1": must evaluate to string',
      'spec.validations[2].messageExpression: Invalid value: "authorizer.path(\\"/\\")": compilation failed: ERROR: <input>:1:1: undeclared reference to \'authorizer\' (in container \'\')\n | authorizer.path("/")\n | ^',
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]',
    ]);
    const binding = { validationActions: ['Deny', 'Warn'], paramRef: { name: 'a', selector: {} } };
    assert.deepEqual(await wrong('validatingadmissionpolicybindings', binding), [
      'spec.policyName: Required value',
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Required value',
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ]);
  });
});
