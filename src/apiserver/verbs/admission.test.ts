import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../../api/request.ts';
import type { Pod } from '../../api/types.ts';
import { systemClock } from '../../base/clock.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/contract.ts';
import { nodeRestriction } from '../admission/nodeRestriction/nodeRestriction.ts';
import { createAdmissionReader } from '../admission/reader.ts';

const NS = '/api/v1/namespaces/ns';
const PODS = `${NS}/pods`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/ns/deployments';
const spec = { containers: [{ name: 'c', image: 'i' }] };
const pod = (name: string, nodeName?: string): object => ({
  metadata: { name },
  spec: { ...spec, nodeName },
});
const MOST_REPLICAS = 5;
const deployment = {
  metadata: { name: 'd' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec },
  },
};

/** What a plugin saw of a request. */
type Seen = Pick<AdmissionAttributes, 'operation' | 'subresource' | 'name' | 'dryRun' | 'options'> & {
  readonly resource: string;
  readonly kind: string;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
};

/** Requests through the front door, as upstream's admission attributes show them. */
describe('admission of verbs and subresources', () => {
  let server: TestServer;
  let seen: Seen[] = [];
  const watcher: AdmissionPlugin = {
    name: 'Watcher',
    handles: () => true,
    mutate({ kind, object }) {
      if (kind.kind !== 'Scale') return;
      const { spec: wanted } = object as unknown as { spec?: { replicas?: number } };
      if ((wanted?.replicas ?? 0) > MOST_REPLICAS) Object.assign(wanted ?? {}, { replicas: MOST_REPLICAS });
    },
    validate(attributes) {
      const { operation, resource, subresource, kind, name, object, old, dryRun, options } = attributes;
      seen.push({
        operation,
        subresource,
        name,
        dryRun,
        options,
        resource: `${resource.group}/${resource.version}/${resource.plural}`,
        kind: `${kind.group}/${kind.version} ${kind.kind}`,
        object: structuredClone(object) as KubeObject | undefined,
        old,
      });
      return [];
    },
  };

  beforeEach(async () => {
    server = await startTestServer({
      admission: (cache) => [
        nodeRestriction({
          reader: createAdmissionReader(cache),
          authorizer: { authorize: () => ({ allowed: false, reason: '' }) },
        }),
        watcher,
      ],
      requestToken: () => Promise.resolve({ kind: 'TokenRequest' } as never),
      reviews: { selfsubjectreviews: (draft) => draft as unknown as KubeObject },
      clock: systemClock,
    });
    await server.call('POST', PODS, pod('bound', 'n1'));
    await server.call('POST', PODS, pod('other', 'n2'));
    await server.call('POST', PODS, pod('free'));
    await server.call('POST', DEPLOYMENTS, deployment);
    await server.call('POST', `${NS}/serviceaccounts`, { metadata: { name: 'sa' } });
    await server.call('POST', `${NS}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    await server.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } });
    seen = [];
  });
  afterEach(() => server.stop());

  const only = (): Seen => {
    assert.equal(seen.length, 1, JSON.stringify(seen.map(({ operation, kind }) => `${operation} ${kind}`)));
    return seen[0]!;
  };
  const summary = ({ operation, resource, subresource, kind, name }: Seen): string =>
    `${operation} ${resource}${subresource === '' ? '' : `/${subresource}`} ${name} as ${kind}`;

  it('sees a binding as the creation of a Binding, and nothing of the pod that it changes', async () => {
    const { code } = await server.call('POST', `${PODS}/free/binding`, {
      metadata: { name: 'free' },
      target: { name: 'n1' },
    });
    assert.equal(code, 201);
    const one = only();
    assert.equal(summary(one), 'CREATE /v1/pods/binding free as /v1 Binding');
    assert.deepEqual((one.object as unknown as { target: object }).target, { name: 'n1' });
    assert.deepEqual(one.options, { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' });
    const { body } = await server.call<Pod>('GET', `${PODS}/free`);
    assert.equal(body.spec.nodeName, 'n1');
  });

  it('sees an eviction as the creation of an Eviction, a dry run where its delete options say so', async () => {
    const evict = (deleteOptions: object): Promise<{ code: number }> =>
      server.call('POST', `${PODS}/bound/eviction`, { metadata: { name: 'bound' }, deleteOptions });
    assert.equal((await evict({ dryRun: ['All'] })).code, 201);
    assert.equal(only().dryRun, true);
    seen = [];
    assert.equal((await evict({ gracePeriodSeconds: 0 })).code, 201);
    assert.equal(summary(only()), 'CREATE /v1/pods/eviction bound as policy/v1 Eviction');
    assert.equal((await server.call('GET', `${PODS}/bound`)).code, 404);
  });

  it('sees a token request', async () => {
    await server.call('POST', `${NS}/serviceaccounts/sa/token`, { spec: { audiences: ['x'] } });
    assert.equal(
      summary(only()),
      'CREATE /v1/serviceaccounts/token sa as authentication.k8s.io/v1 TokenRequest',
    );
  });

  it('sees Scales before and after, and takes over what admission changes of them', async () => {
    const url = `${DEPLOYMENTS}/d/scale`;
    await server.call('PUT', url, { metadata: { name: 'd' }, spec: { replicas: 3 } });
    const one = only();
    assert.equal(summary(one), 'UPDATE apps/v1/deployments/scale d as autoscaling/v1 Scale');
    const replicas = (object: KubeObject | undefined): unknown =>
      (object as unknown as { spec: { replicas: number } }).spec.replicas;
    assert.deepEqual([replicas(one.old), replicas(one.object)], [1, 3]);
    assert.equal(one.object?.kind, 'Scale');
    const { body } = await server.call<KubeObject>('PUT', url, {
      metadata: { name: 'd' },
      spec: { replicas: 9 },
    });
    assert.equal(replicas(body), MOST_REPLICAS);
    const type = { 'content-type': 'application/merge-patch+json' };
    const patched = await server.call('PATCH', url, '{"spec":{"replicas":-1}}', { headers: type });
    assert.equal(patched.code, 422);
  });

  it('sees updates, status and deletions with what was there and the options of the request', async () => {
    const { body } = await server.call<Pod>('GET', `${PODS}/free`);
    await server.call('PUT', `${PODS}/free?fieldManager=me&dryRun=All`, {
      ...body,
      metadata: { ...body.metadata, labels: { l: '1' } },
    });
    const update = only();
    assert.equal(summary(update), 'UPDATE /v1/pods free as /v1 Pod');
    assert.equal(update.old?.metadata.labels, undefined);
    assert.deepEqual([update.object?.metadata.labels, update.dryRun], [{ l: '1' }, true]);
    assert.deepEqual(update.options, {
      kind: 'UpdateOptions',
      apiVersion: 'meta.k8s.io/v1',
      fieldManager: 'me',
      dryRun: ['All'],
    });
    seen = [];
    const type = { 'content-type': 'application/merge-patch+json' };
    await server.call('PATCH', `${PODS}/free/status`, '{"status":{"phase":"Running"}}', { headers: type });
    assert.equal(summary(only()), 'UPDATE /v1/pods/status free as /v1 Pod');
    seen = [];
    await server.call('DELETE', `${PODS}/free`, { gracePeriodSeconds: 0 });
    const deletion = only();
    assert.equal(summary(deletion), 'DELETE /v1/pods free as /v1 Pod');
    assert.equal(deletion.object, undefined);
    assert.equal(deletion.old?.metadata.name, 'free');
    assert.deepEqual(deletion.options, {
      kind: 'DeleteOptions',
      apiVersion: 'meta.k8s.io/v1',
      gracePeriodSeconds: 0,
    });
  });

  it('sees a PUT and an apply of what is not there as creations', async () => {
    const lease = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/l';
    await server.call('PUT', lease, { metadata: { name: 'l' }, spec: {} });
    const put = only();
    assert.equal(summary(put), 'CREATE coordination.k8s.io/v1/leases l as coordination.k8s.io/v1 Lease');
    assert.deepEqual(put.options, { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' });
  });

  it('sees the address that was asked, not the one that is stored under', async () => {
    await server.call('POST', '/apis/events.k8s.io/v1/namespaces/ns/events', {
      metadata: { name: 'e' },
      regarding: { kind: 'Pod', namespace: 'ns' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/c',
      reportingInstance: 'i',
      action: 'a',
      reason: 'r',
      type: 'Normal',
    });
    assert.equal(summary(only()), 'CREATE events.k8s.io/v1/events e as events.k8s.io/v1 Event');
  });

  it('sees reviews', async () => {
    await server.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    assert.match(summary(only()), /^CREATE authentication\.k8s\.io\/v1\/selfsubjectreviews {2}as /);
  });

  it('sees connections with their options, and no dry run in what is passed on', async () => {
    const cases: readonly (readonly [string, string, object])[] = [
      [
        `${PODS}/bound/exec?command=sh&command=-c&stdin=true&stdout=1&container=c`,
        'CONNECT /v1/pods/exec bound as /v1 PodExecOptions',
        { command: ['sh', '-c'], stdin: true, stdout: true, container: 'c' },
      ],
      [
        `${PODS}/bound/attach?stderr=true&tty=false`,
        'CONNECT /v1/pods/attach bound as /v1 PodAttachOptions',
        { stderr: true },
      ],
      [
        `${PODS}/bound/portforward?ports=80`,
        'CONNECT /v1/pods/portforward bound as /v1 PodPortForwardOptions',
        { ports: [80] },
      ],
      [
        `${PODS}/bound/proxy/path?dryRun=mine`,
        'CONNECT /v1/pods/proxy bound as /v1 PodProxyOptions',
        { path: '/path' },
      ],
      [`${NS}/services/s/proxy/`, 'CONNECT /v1/services/proxy s as /v1 ServiceProxyOptions', { path: '/' }],
      ['/api/v1/nodes/n1/proxy/x', 'CONNECT /v1/nodes/proxy n1 as /v1 NodeProxyOptions', { path: '/x' }],
    ];
    for (const [url, expected, options] of cases) {
      seen = [];
      await server.ask('GET', url);
      const one = only();
      assert.equal(summary(one), expected);
      const kind = expected.slice(expected.lastIndexOf(' ') + 1);
      assert.deepEqual(one.object, { kind, apiVersion: 'v1', ...options });
      assert.deepEqual([one.dryRun, one.options, one.old], [false, undefined, undefined]);
    }
  });

  describe('NodeRestriction', () => {
    const node: UserInfo = { name: 'system:node:n1', groups: ['system:nodes'] };
    const ask = async (url: string, body: object): Promise<string | number> => {
      const { code, body: answer } = await server.call<{ message?: string }>('POST', url, body, {
        user: node,
      });
      return answer.message ?? code;
    };

    it('lets a node evict its own pods only', async () => {
      assert.equal(
        await ask(`${PODS}/other/eviction`, { metadata: { name: 'other' } }),
        'pods "other" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
      );
      assert.equal(await ask(`${PODS}/bound/eviction`, { metadata: { name: 'bound' } }), 201);
    });

    it('lets a node bind nothing and ask for tokens of its own pods only', async () => {
      assert.match(
        String(await ask(`${PODS}/free/binding`, { metadata: { name: 'free' }, target: { name: 'n1' } })),
        /unexpected pod subresource "binding"/,
      );
      assert.equal(
        await ask(`${NS}/serviceaccounts/sa/token`, { spec: {} }),
        'serviceaccounts "sa" is forbidden: node requested token not bound to a pod',
      );
    });
  });
});
