import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { slowConversion, widgetKind } from '../../../test/harness/customKind.ts';
import {
  type Hook,
  patchOf,
  type Review,
  startWebhookServer,
  type WebhookServer,
} from '../../../test/harness/webhookServer.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { systemRandom } from '../../base/random.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Status } from '../../api/status.ts';
import type { AdmissionPlugin } from '../admission/contract.ts';
import { createAdmissionReader } from '../admission/reader.ts';
import { type AdmissionWebhooks, admissionWebhooks, WebhookClient } from './index.ts';

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
const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});
const dataOf = (review: Review): Record<string, string> =>
  (review.object as { data?: Record<string, string> } | null)?.data ?? {};

/** Handlers by path, as in the webhook of upstream's tests. */
const hooks: Readonly<Record<string, Hook>> = {
  '/allow': () => ({}),
  '/deny': () => ({ allowed: false, status: { message: 'this webhook denies all requests' } }),
  '/deny-code': () => ({ allowed: false, status: { code: 418, reason: 'Teapot', details: { name: 'x' } } }),
  '/deny-mute': () => ({ allowed: false }),
  '/warn': () => ({ warnings: ['mind the gap'] }),
  '/hang': () => 'hang',
  '/broken': () => ({ text: 'no', code: 500 }),
  '/wrong-uid': () => ({ uid: 'x' }),
  '/configmaps': (review) =>
    'bad' in dataOf(review)
      ? { allowed: false, status: { message: 'the configmap contains unwanted key' } }
      : {},
  '/mutate-1': (review) =>
    'start' in dataOf(review) ? patchOf({ op: 'add', path: '/data/stage-1', value: 'yes' }) : {},
  '/mutate-2': (review) =>
    'stage-1' in dataOf(review) ? patchOf({ op: 'add', path: '/data/stage-2', value: 'yes' }) : {},
  '/mutate-start': (review) =>
    'start' in dataOf(review) ? {} : patchOf({ op: 'add', path: '/data/start', value: 'yes' }),
  '/sidecar': () =>
    patchOf({ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'busybox:1' } }),
  '/widget': () =>
    patchOf({ op: 'add', path: '/color', value: 'red' }, { op: 'add', path: '/unknown', value: 'x' }),
  '/kind': () => patchOf({ op: 'replace', path: '/kind', value: 'Secret' }),
  '/namespace': () => patchOf({ op: 'replace', path: '/metadata/namespace', value: 'other' }),
  '/type': () => patchOf({ op: 'add', path: '/data', value: 'text' }),
  '/nowhere': () => patchOf({ op: 'remove', path: '/spec/x' }),
  '/no-patch': () => ({ patchType: 'JSONPatch', patch: Buffer.from('{').toString('base64') }),
  '/replicas': () => patchOf({ op: 'replace', path: '/spec/replicas', value: 7 }),
  '/owners': () => patchOf({ op: 'add', path: '/metadata/managedFields', value: [{ fieldsV1: { x: 1 } }] }),
};

describe('admission webhooks', () => {
  let webhook: WebhookServer;
  let api: TestServer;
  let client: WebhookClient;
  let admission: AdmissionWebhooks;
  let inTree: AdmissionPlugin[] = [];
  /** How many times faster the time of calls runs. */
  let haste = 1;

  before(async () => {
    webhook = await startWebhookServer((review, url) => {
      const hook = hooks[url.split('?')[0] ?? ''];
      return hook === undefined ? { text: '', code: 404 } : hook(review, url);
    });
  });
  after(() => webhook.close());
  beforeEach(async () => {
    client = new WebhookClient({
      clock: { ...systemClock, timeout: (ms, callback) => systemClock.timeout(ms / haste, callback) },
      dialService: () => Promise.reject(new Error('service "gone" not found')),
    });
    webhook.asked.length = 0;
    webhook.reviews.length = 0;
    inTree = [];
    haste = 1;
    api = await startTestServer({
      kinds: [...kinds, widgetKind({ conversion: slowConversion() })],
      admission(cache, _storage, resources) {
        admission = admissionWebhooks({
          client,
          authorizer: {
            authorize: (user, { resource, verb }) => ({
              allowed: user.name === 'admin' && resource === 'configmaps' && verb === 'break',
              reason: '',
            }),
          },
          cache,
          reader: createAdmissionReader(cache),
          resources,
          clock: systemClock,
          random: systemRandom,
          logger: silentLogger,
        });
        return [
          {
            name: 'InTree',
            handles: () => true,
            mutate: (a) => inTree.forEach((one) => void one.mutate?.(a)),
          },
          ...admission.plugins,
        ];
      },
    });
    await create('/api/v1/namespaces', { metadata: { name: 'ns', labels: { team: 'a' } } });
  });
  afterEach(async () => {
    admission.dispose();
    client.dispose();
    await api.stop();
  });

  async function create(path: string, object: object): Promise<{ code: number; body: KubeObject & Status }> {
    return api.call<KubeObject & Status>('POST', path, object);
  }

  /** Registers hooks: `validating a` belongs to the configuration `a`. */
  async function register(
    type: 'mutating' | 'validating',
    name: string,
    ...webhooks: readonly { readonly path: string; readonly [field: string]: unknown }[]
  ): Promise<void> {
    const { code, body } = await create(`${API}/${type}webhookconfigurations`, {
      metadata: { name },
      webhooks: webhooks.map(({ path, ...more }, i) => ({
        name: `hook-${i}.${name}.example.com`,
        clientConfig: { url: webhook.url + path, caBundle: webhook.caBundle },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      })),
    });
    assert.equal(code, 201, body.message);
  }

  it('deny what they do not like, in their own words', async () => {
    await register('validating', 'a', { path: '/configmaps', rules: [rule('CREATE,UPDATE', 'configmaps')] });
    const denied = await create(configMaps, configMap('a', { bad: 'x' }));
    assert.equal(denied.code, 400);
    assert.equal(
      denied.body.message,
      'admission webhook "hook-0.a.example.com" denied the request: the configmap contains unwanted key',
    );
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
    const put = await api.call('PUT', `${configMaps}/a`, configMap('a', { bad: 'x' }));
    assert.equal(put.code, 400);
    const patch = await api.call('PATCH', `${configMaps}/a`, '{"data":{"bad":"x"}}', {
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.equal(patch.code, 400);
    const applied = await api.call(
      'PATCH',
      `${configMaps}/b?fieldManager=m`,
      JSON.stringify(configMap('b', { bad: '' })),
      {
        headers: { 'content-type': 'application/apply-patch+yaml' },
      },
    );
    assert.equal(applied.code, 400);
    assert.equal((await create('/api/v1/namespaces/ns/pods', pod('p'))).code, 201);
    assert.deepEqual(webhook.asked, [
      '/configmaps CREATE configmaps a',
      '/configmaps CREATE configmaps a',
      '/configmaps UPDATE configmaps a',
      '/configmaps UPDATE configmaps a',
      '/configmaps CREATE configmaps b',
    ]);
  });

  it('say with which code and why', async () => {
    await register('validating', 'a', { path: '/deny-code', rules: [rule('*', 'configmaps')] });
    const { code, body } = await create(configMaps, configMap('a'));
    assert.deepEqual(
      [code, body.reason, body.message],
      [418, 'Teapot', 'admission webhook "hook-0.a.example.com" denied the request: Teapot'],
    );
    await register('validating', 'b', { path: '/deny-mute', rules: [rule('*', 'secrets')] });
    const mute = await create('/api/v1/namespaces/ns/secrets', { metadata: { name: 'a' } });
    assert.equal(
      mute.body.message,
      'admission webhook "hook-0.b.example.com" denied the request without explanation',
    );
  });

  it('are asked as upstream asks', async () => {
    await register('validating', 'a', { path: '/allow', rules: [rule('*', 'configmaps')] });
    await create(`${configMaps}?fieldManager=me`, configMap('a', { k: 'v' }));
    await api.call('DELETE', `${configMaps}/a`, { propagationPolicy: 'Orphan' });
    const [created, deleted] = webhook.reviews;
    const { uid, object, ...rest } = created ?? assert.fail();
    assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.deepEqual(Object.keys(object ?? {}), ['apiVersion', 'kind', 'metadata', 'data']);
    assert.deepEqual(rest, {
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'a',
      namespace: 'ns',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    assert.equal(deleted?.object, null);
    assert.equal((deleted.oldObject as { data: { k: string } }).data.k, 'v');
    assert.deepEqual(deleted.options, {
      kind: 'DeleteOptions',
      apiVersion: 'meta.k8s.io/v1',
      propagationPolicy: 'Orphan',
    });
  });

  it('hold deletions back, one by one and of a whole collection', async () => {
    await create(configMaps, configMap('a'));
    await register('validating', 'a', { path: '/deny', rules: [rule('DELETE', 'configmaps')] });
    assert.equal((await api.call('DELETE', `${configMaps}/a`)).code, 400);
    assert.equal((await api.call('DELETE', configMaps)).code, 400);
    await api.call('DELETE', `${API}/validatingwebhookconfigurations/a`);
    assert.equal((await api.call('DELETE', `${configMaps}/a`)).code, 200);
  });

  it('hold connections back', async () => {
    await create('/api/v1/namespaces/ns/pods', pod('p'));
    await register('validating', 'a', { path: '/deny', rules: [rule('CONNECT', 'pods/attach')] });
    const { body } = await api.call<Status>('POST', '/api/v1/namespaces/ns/pods/p/attach?stdout=true');
    assert.match(body.message ?? '', /denied the request: this webhook denies all requests/);
    assert.equal(webhook.reviews[0]?.kind.kind, 'PodAttachOptions');
    assert.deepEqual(webhook.reviews[0].object, { kind: 'PodAttachOptions', apiVersion: 'v1', stdout: true });
  });

  it('see subresources by their own kinds, and change a Scale', async () => {
    const deployments = '/apis/apps/v1/namespaces/ns/deployments';
    await create(deployments, {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    await register('mutating', 'a', { path: '/replicas', rules: [rule('UPDATE', 'deployments/scale')] });
    const scaled = await api.call<{ spec: { replicas: number } }>('PUT', `${deployments}/d/scale`, {
      metadata: { name: 'd', namespace: 'ns' },
      spec: { replicas: 2 },
    });
    assert.equal(scaled.body.spec.replicas, 7);
    assert.equal(webhook.reviews[0]?.kind.kind, 'Scale');
    assert.equal(webhook.reviews[0].subResource, 'scale');
  });

  it('change what they are shown, one after the other in the order of names', async () => {
    await register('mutating', 'b', { path: '/mutate-2', rules: [rule('CREATE', 'configmaps')] });
    await register('mutating', 'a', { path: '/mutate-1', rules: [rule('CREATE', 'configmaps')] });
    const { body } = await create(configMaps, configMap('a', { start: 'yes' }));
    assert.deepEqual(Reflect.get(body, 'data'), { start: 'yes', 'stage-1': 'yes', 'stage-2': 'yes' });
  });

  it('may leave fields to be defaulted', async () => {
    await register('mutating', 'a', { path: '/sidecar', rules: [rule('CREATE', 'pods')] });
    const { body } = await create('/api/v1/namespaces/ns/pods', pod('p'));
    const [, sidecar] = (body as unknown as { spec: { containers: object[] } }).spec.containers;
    assert.deepEqual(sidecar, {
      name: 'sidecar',
      image: 'busybox:1',
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'IfNotPresent',
    });
  });

  it('are asked again where they want to be and others have changed the object after them', async () => {
    const rules = [rule('CREATE', 'configmaps')];
    await register(
      'mutating',
      'a',
      { path: '/mutate-2', rules, reinvocationPolicy: 'IfNeeded' },
      { path: '/mutate-1', rules, reinvocationPolicy: 'IfNeeded' },
      { path: '/mutate-start', rules },
    );
    const { body } = await create(configMaps, configMap('a', { x: '' }));
    // In the second round the first hook is called before the second changes anything, so there is no third round.
    assert.deepEqual(Reflect.get(body, 'data'), { x: '', start: 'yes', 'stage-1': 'yes' });
    assert.deepEqual(
      webhook.asked.map((line) => line.split(' ')[0]),
      ['/mutate-2', '/mutate-1', '/mutate-start', '/mutate-2', '/mutate-1'],
    );
  });

  it('are asked again where a plugin of the server has changed the object after them', async () => {
    const rules = [rule('CREATE', 'configmaps')];
    inTree = [
      {
        name: 'Late',
        handles: () => true,
        mutate({ isReinvocation, object }) {
          if (isReinvocation) Reflect.set(Reflect.get(object ?? {}, 'data') as object, 'late', 'yes');
        },
      },
    ];
    await register(
      'mutating',
      'a',
      { path: '/mutate-start', rules, reinvocationPolicy: 'IfNeeded' },
      { path: '/allow', rules, reinvocationPolicy: 'IfNeeded' },
      { path: '/warn', rules },
    );
    await create(configMaps, configMap('a', { x: '' }));
    assert.deepEqual(
      webhook.asked.map((line) => line.split(' ')[0]),
      ['/mutate-start', '/allow', '/warn', '/mutate-start', '/allow'],
    );
  });

  it('refuse where they fail and may not, with what went wrong', async () => {
    const rules = [rule('CREATE', 'configmaps')];
    const clientConfig = { service: { namespace: 'x', name: 'gone', path: '/a' } };
    await register('validating', 'a', { path: '', rules, clientConfig });
    const { code, body } = await create(configMaps, configMap('a'));
    assert.deepEqual([code, body.reason], [500, 'InternalError']);
    assert.equal(
      body.message,
      'Internal error occurred: failed calling webhook "hook-0.a.example.com": failed to call webhook: Post "https://gone.x.svc:443/a?timeout=10s": service "gone" not found',
    );
  });

  it('pass over those that fail and may', async () => {
    const more = { rules: [rule('CREATE', 'configmaps')], failurePolicy: 'Ignore' };
    await register('validating', 'a', { path: '/broken', ...more }, { path: '/wrong-uid', ...more });
    await register('mutating', 'a', { path: '/no-patch', ...more }, { path: '/nothing-there', ...more });
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
    assert.equal(webhook.asked.length, 4);
  });

  for (const [type, path, expected] of [
    [
      'validating',
      '/broken',
      'failed to call webhook: an error on the server ("no") has prevented the request from succeeding',
    ],
    [
      'validating',
      '/nothing-there',
      'failed to call webhook: the server could not find the requested resource',
    ],
    [
      'validating',
      '/wrong-uid',
      /received invalid webhook response: expected response.uid="[^"]+", got "x"$/,
    ],
    [
      'validating',
      '/mutate-start',
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
    ['mutating', '/no-patch', /received undecodable patch in webhook response: /],
  ] as const) {
    it(`tell what is wrong with the answer of ${type} ${path}`, async () => {
      await register(type, 'a', { path, rules: [rule('CREATE', 'configmaps')] });
      const { code, body } = await create(configMaps, configMap('a', { x: '' }));
      assert.equal(code, 500);
      const head = 'Internal error occurred: failed calling webhook "hook-0.a.example.com": ';
      if (typeof expected === 'string') assert.equal(body.message, head + expected);
      else assert.match(body.message ?? '', expected);
    });
  }

  for (const [path, expected] of [
    ['/kind', 'Internal error occurred: v1, Kind=Secret is not what was asked about'],
    ['/nowhere', /^Internal error occurred: /],
    ['/type', /^Internal error occurred: json: cannot unmarshal string into /],
  ] as const) {
    it(`refuse what a patch makes of the object: ${path}`, async () => {
      await register('mutating', 'a', { path, rules: [rule('CREATE', 'configmaps')] });
      const { code, body } = await create(configMaps, configMap('a'));
      assert.equal(code, 500);
      if (typeof expected === 'string') assert.equal(body.message, expected);
      else assert.match(body.message ?? '', expected);
    });
  }

  it('do not move objects elsewhere, nor write nonsense into managed fields', async () => {
    await register('mutating', 'a', { path: '/namespace', rules: [rule('CREATE', 'configmaps')] });
    assert.equal((await create(configMaps, configMap('a'))).code, 400);
    await api.call('DELETE', `${API}/mutatingwebhookconfigurations/a`);
    await register('mutating', 'b', { path: '/owners', rules: [rule('CREATE', 'configmaps')] });
    const { body } = await create(configMaps, configMap('a', { k: 'v' }));
    assert.equal(body.metadata.managedFields?.[0]?.manager, 'admin');
  });

  it('change nothing of what is deleted', async () => {
    await create(configMaps, configMap('a'));
    await register('mutating', 'a', { path: '/mutate-start', rules: [rule('DELETE', 'configmaps')] });
    const { code, body } = await api.call<Status>('DELETE', `${configMaps}/a`);
    assert.equal(code, 500);
    assert.match(
      body.message ?? '',
      /attempted to modify the object, which is not supported for this operation$/,
    );
  });

  it('have the time that their configuration says', async () => {
    const more = { rules: [rule('CREATE', 'configmaps')], timeoutSeconds: 1 };
    haste = 100;
    await register('validating', 'a', { path: '/hang', ...more });
    const { code, body } = await create(configMaps, configMap('a'));
    assert.equal(code, 500);
    assert.match(body.message ?? '', /\/hang\?timeout=1s": context deadline exceeded$/);
    assert.equal((await api.call('GET', `${configMaps}/a`)).code, 404);
    await api.call('DELETE', `${API}/validatingwebhookconfigurations/a`);
    await register('validating', 'a', { path: '/hang', ...more, failurePolicy: 'Ignore' });
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
  });

  it('are asked where their conditions hold', async () => {
    const rules = [rule('*', 'configmaps')];
    const matchConditions = [
      { name: 'who', expression: "request.userInfo.username == 'admin'" },
      { name: 'what', expression: "has(object.metadata) && object.metadata.name != 'skip-me'" },
    ];
    await register('mutating', 'a', { path: '/mutate-start', rules, matchConditions });
    const { body } = await create(configMaps, configMap('a', { x: '' }));
    assert.deepEqual(Reflect.get(body, 'data'), { x: '', start: 'yes' });
    const skipped = await create(configMaps, configMap('skip-me', { x: '' }));
    assert.deepEqual(Reflect.get(skipped.body, 'data'), { x: '' });
  });

  it('let those pass who may', async () => {
    const rules = [rule('*', 'configmaps')];
    const check = "!authorizer.group('').resource('configmaps').namespace('ns')";
    const may = [{ name: 'a', expression: `${check}.check('break').allowed()` }];
    const mayNot = [{ name: 'a', expression: "!authorizer.requestResource.check('jump').allowed()" }];
    await register('validating', 'a', { path: '/deny', rules, matchConditions: may });
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
    await register('validating', 'b', { path: '/deny', rules, matchConditions: mayNot });
    assert.equal((await create(configMaps, configMap('b'))).code, 400);
  });

  it('follow their failure policy where a condition cannot be evaluated', async () => {
    const rules = [rule('*', 'configmaps')];
    const matchConditions = [{ name: 'broken', expression: 'object.data.missing == "x"' }];
    await register('validating', 'a', { path: '/deny', rules, matchConditions, failurePolicy: 'Ignore' });
    assert.equal((await create(configMaps, configMap('a', { k: 'v' }))).code, 201);
    await register('validating', 'b', { path: '/deny', rules, matchConditions });
    const { code, body } = await create(configMaps, configMap('b', { k: 'v' }));
    assert.equal(code, 403);
    assert.equal(
      body.message,
      `configmaps "b" is forbidden: expression 'object.data.missing == "x"' resulted in error: no such key: missing`,
    );
    assert.deepEqual(webhook.asked, []);
    const no = [...matchConditions, { name: 'no', expression: 'false' }];
    await api.call('DELETE', `${API}/validatingwebhookconfigurations/b`);
    await register('validating', 'c', { path: '/deny', rules, matchConditions: no });
    assert.equal((await create(configMaps, configMap('b', { k: 'v' }))).code, 201);
  });

  it('warn of what they refuse, too', async () => {
    await register(
      'validating',
      'a',
      { path: '/warn', rules: [rule('CREATE', 'configmaps')] },
      { path: '/deny', rules: [rule('CREATE', 'configmaps')] },
    );
    const answer = await api.ask('POST', configMaps, configMap('a'));
    assert.ok(answer.type === 'object' && answer.code === 400);
    assert.deepEqual(answer.warnings, ['mind the gap']);
  });

  it('warn', async () => {
    await register('validating', 'a', { path: '/warn', rules: [rule('CREATE', 'configmaps')] });
    const answer = await api.ask('POST', configMaps, configMap('a'));
    assert.deepEqual(answer.type === 'object' && answer.warnings, ['mind the gap']);
  });

  it('are told of dry runs', async () => {
    await register('validating', 'a', { path: '/allow', rules: [rule('CREATE', 'configmaps')] });
    await create(`${configMaps}?dryRun=All`, configMap('a'));
    assert.equal(webhook.reviews[0]?.dryRun, true);
  });

  it('do not hear of their own configurations', async () => {
    await register('validating', 'a', { path: '/deny', rules: [rule('*', '*/*')] });
    await register('mutating', 'a', { path: '/broken', rules: [rule('*', '*/*')] });
    const patched = await api.call(
      'PATCH',
      `${API}/validatingwebhookconfigurations/a`,
      '{"metadata":{"labels":{"a":"b"}}}',
      {
        headers: { 'content-type': 'application/merge-patch+json' },
      },
    );
    assert.equal(patched.code, 200);
    assert.equal((await api.call('DELETE', `${API}/mutatingwebhookconfigurations`)).code, 200);
    assert.equal((await create(configMaps, configMap('a'))).code, 400);
    assert.equal((await api.call('DELETE', `${API}/validatingwebhookconfigurations/a`)).code, 200);
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
  });

  it('follow what becomes of their configurations', async () => {
    await register('validating', 'a', { path: '/deny', rules: [rule('UPDATE', 'configmaps')] });
    assert.equal((await create(configMaps, configMap('a'))).code, 201);
    const path = `${API}/validatingwebhookconfigurations/a`;
    const patched = await api.call<KubeObject>(
      'PATCH',
      path,
      JSON.stringify([{ op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] }]),
      {
        headers: { 'content-type': 'application/json-patch+json' },
      },
    );
    assert.equal(patched.body.metadata.generation, 2);
    assert.equal((await create(configMaps, configMap('b'))).code, 400);
    assert.equal((await api.call('PUT', `${configMaps}/a`, configMap('a', { x: 'y' }))).code, 200);
  });

  it('choose by labels of namespaces and of objects as they are or were', async () => {
    await create('/api/v1/namespaces', { metadata: { name: 'other' } });
    await register(
      'validating',
      'a',
      { path: '/deny', rules: [rule('*', 'configmaps')], namespaceSelector: { matchLabels: { team: 'a' } } },
      { path: '/deny', rules: [rule('*', 'secrets')], objectSelector: { matchLabels: { team: 'a' } } },
      { path: '/deny', rules: [rule('*', 'namespaces')], namespaceSelector: { matchLabels: { team: 'b' } } },
      {
        path: '/deny',
        rules: [rule('*', 'clusterroles')],
        namespaceSelector: { matchLabels: { team: 'b' } },
      },
    );
    assert.equal((await create(configMaps, configMap('a'))).code, 400);
    assert.equal((await create(configMaps.replace('/ns/', '/other/'), configMap('a'))).code, 201);
    const secrets = '/api/v1/namespaces/ns/secrets';
    const labels = { team: 'a' };
    assert.equal((await create(secrets, { metadata: { name: 'a', labels } })).code, 400);
    assert.equal((await create(secrets, { metadata: { name: 'a' } })).code, 201);
    assert.equal((await api.call('PUT', `${secrets}/a`, { metadata: { name: 'a', labels } })).code, 400);
    assert.equal(
      (await create('/api/v1/namespaces', { metadata: { name: 'b', labels: { team: 'b' } } })).code,
      400,
    );
    assert.equal((await create('/api/v1/namespaces', { metadata: { name: 'c' } })).code, 201);
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    assert.equal((await create(roles, { metadata: { name: 'r' } })).code, 400);
    assert.equal((await create(configMaps.replace('/ns/', '/nowhere/'), configMap('a'))).code, 404);
  });

  describe('of kinds with several versions', () => {
    const group = '/apis/example.com';
    const rules = (version: string): object[] => [
      rule('*', 'widgets', { apiGroups: ['example.com'], apiVersions: [version] }),
    ];
    const old = { apiVersion: 'example.com/v1beta1', kind: 'Widget', metadata: { name: 'w' }, size: 3 };
    const now = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };

    it('see the version that they ask for, whatever the client sends', async () => {
      await register('mutating', 'a', { path: '/widget', rules: rules('v1beta1') });
      const { code, body } = await create(`${group}/v1/namespaces/ns/widgets`, now);
      assert.equal(code, 201);
      const [review] = webhook.reviews;
      assert.equal(review?.resource.version, 'v1beta1');
      assert.equal(review.requestResource.version, 'v1');
      assert.equal(review.object?.size, 3);
      // Fields that the version's schema does not have are pruned.
      assert.deepEqual(Reflect.get(body, 'spec'), { size: 3, color: 'red' });
    });

    it('see exactly what is sent where they ask for that', async () => {
      const more = { matchPolicy: 'Exact', rules: rules('v1') };
      await register('validating', 'a', { path: '/allow', ...more });
      assert.equal((await create(`${group}/v1beta1/namespaces/ns/widgets`, old)).code, 201);
      assert.deepEqual(webhook.asked, []);
      await api.call('PUT', `${group}/v1/namespaces/ns/widgets/w`, now);
      assert.deepEqual(webhook.asked, ['/allow UPDATE widgets w']);
      assert.deepEqual(webhook.reviews[0]?.oldObject?.spec, { size: 3 });
    });

    it('see old versions of what is deleted', async () => {
      await create(`${group}/v1/namespaces/ns/widgets`, now);
      await register('validating', 'a', { path: '/allow', rules: rules('v1beta1') });
      await api.call('DELETE', `${group}/v1/namespaces/ns/widgets/w`);
      assert.equal(webhook.reviews[0]?.oldObject?.size, 3);
    });
  });
});
