import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { duplexPair, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Deployment, EndpointSlice, Namespace, Pod, Scale, ServiceAccount } from '../../../api/types.ts';
import type { ApiResponse } from '../../../api/request.ts';
import type { Status } from '../../../api/status.ts';
import { nodeRestriction } from '../../admission/nodeRestriction/nodeRestriction.ts';
import { createAdmissionReader } from '../../admission/reader.ts';
import type { NodeDialer } from '../../nodeDialer.ts';
import { podLocation } from '../../location.ts';
import { startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';

const PODS = '/api/v1/namespaces/d/pods';
const pod = (name: string, containers: readonly string[] = ['a'], more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: containers.map((each) => ({ name: each, image: 'x' })), ...more },
});

const STRATEGIC = { headers: { 'content-type': 'application/strategic-merge-patch+json' } };

type Asked = Parameters<NodeDialer['request']>[1] & { node: string };

describe('subresources', () => {
  let server: TestServer;
  let asked: Asked[];
  let agentAnswer: { code: number; body: string };
  let nodes: Partial<NodeDialer>;

  beforeEach(async () => {
    asked = [];
    agentAnswer = { code: 200, body: 'line\n' };
    nodes = {};
    server = await startTestServer({
      admission: (cache) => [
        nodeRestriction({
          reader: createAdmissionReader(cache),
          authorizer: { authorize: () => ({ allowed: false, reason: '' }) },
        }),
      ],
      nodes: {
        request(node, request) {
          asked.push({ node, ...request });
          const body = Readable.from([Buffer.from(agentAnswer.body)]);
          return Promise.resolve({ code: agentAnswer.code, headers: { 'content-type': 'text/plain' }, body });
        },
        upgrade: (...call) => nodes.upgrade?.(...call) ?? Promise.reject(new Error('not expected')),
        connect: (...call) => nodes.connect?.(...call) ?? Promise.reject(new Error('not expected')),
      },
      requestToken: (account: ServiceAccount, request) =>
        Promise.resolve({
          ...request,
          status: { token: `token of ${account.metadata.name}`, expirationTimestamp: '' },
        } as never),
    });
  });
  afterEach(() => server.stop());

  const make = async <T>(url: string, body: unknown): Promise<T> => {
    const answer = await server.call<T>('POST', url, body);
    assert.equal(answer.code, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const bindTo = (
    name: string,
    node: string,
    metadata: object = {},
  ): Promise<{ code: number; body: Status }> =>
    server.call<Status>('POST', `${PODS}/${name}/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, ...metadata },
      target: { kind: 'Node', name: node },
    });

  describe('ephemeralcontainers', () => {
    const at = `${PODS}/p/ephemeralcontainers`;
    const add = (...containers: object[]): Promise<{ code: number; body: Pod & Status }> =>
      server.call<Pod & Status>(
        'PATCH',
        at,
        { metadata: { labels: { a: 'b' } }, spec: { ephemeralContainers: containers, nodeName: 'other' } },
        STRATEGIC,
      );
    const debug = { name: 'debug', image: 'tools', targetContainerName: 'a' };

    it('adds containers, with defaults, and nothing else', async () => {
      const made = await make<Pod>(PODS, pod('p'));
      const { code, body } = await add(debug);
      assert.equal(code, 200, JSON.stringify(body));
      const [container] = body.spec.ephemeralContainers ?? [];
      assert.equal(container?.imagePullPolicy, 'Always');
      assert.equal(container.targetContainerName, 'a');
      assert.equal(body.metadata.generation, 2);
      assert.equal(body.metadata.labels, undefined);
      assert.equal(body.spec.nodeName, undefined);
      assert.deepEqual(body.spec.containers, made.spec.containers);
      assert.deepEqual((await server.call<Pod>('GET', at)).body, body);
      const second = await add({ name: 'more', image: 'tools' });
      assert.deepEqual(second.body.spec.ephemeralContainers?.map(({ name }) => name).sort(), [
        'debug',
        'more',
      ]);
    });

    it('is the only way to add any', async () => {
      const { body } = await server.call<Status>(
        'POST',
        PODS,
        pod('q', ['a'], { ephemeralContainers: [debug] }),
      );
      assert.match(body.message ?? '', /spec\.ephemeralContainers: Forbidden: cannot be set on create/);
      const made = await make<Pod>(PODS, pod('p'));
      const spec = { ...made.spec, ephemeralContainers: [debug] };
      const refused = await server.call<Status>('PUT', `${PODS}/p`, { ...made, spec });
      assert.match(refused.body.message ?? '', /pod updates may not change fields other than/);
    });

    it('refuses a change, a removal, a target that is not there and what such a container cannot have', async () => {
      await make(PODS, pod('p'));
      const first = (await add(debug)).body;
      const put = async (ephemeralContainers: object[]): Promise<string> => {
        const { code, body } = await server.call<Status>('PUT', at, {
          ...first,
          spec: { ...first.spec, ephemeralContainers },
        });
        assert.equal(code, 422);
        return body.message ?? '';
      };
      const container = first.spec.ephemeralContainers?.[0] ?? {};
      assert.match(
        await put([{ ...container, image: 'other' }]),
        /spec\.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be changed/,
      );
      assert.match(await put([]), /existing ephemeral containers "debug" may not be removed/);
      assert.match(
        await put([container, { ...debug, name: 'x', targetContainerName: 'nobody' }]),
        /spec\.ephemeralContainers\[1\]\.targetContainerName: Not found: "nobody"/,
      );
      assert.match(
        await put([container, { ...debug, name: 'x', resources: { limits: { cpu: '1' } } }]),
        /ephemeralContainers\[1\]\.resources: Forbidden: cannot be set for an Ephemeral Container/,
      );
    });

    it('refuses them for static pods', async () => {
      const annotations = { 'kubernetes.io/config.mirror': 'x' };
      await make(PODS, { ...pod('p', ['a'], { nodeName: 'n1' }), metadata: { name: 'p', annotations } });
      assert.match(
        (await add(debug)).body.message ?? '',
        /: Forbidden: static pods do not support ephemeral containers/,
      );
    });
  });

  describe('resize', () => {
    const at = `${PODS}/p/resize`;
    const container = {
      name: 'a',
      image: 'x',
      resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '200m' } },
    };
    const resize = (spec: object): Promise<{ code: number; body: Pod & Status }> =>
      server.call<Pod & Status>('PATCH', at, { metadata: { labels: { a: 'b' } }, spec }, STRATEGIC);
    const resources = (value: object): object => ({ containers: [{ name: 'a', resources: value }] });

    it('changes requests and limits of containers, and nothing else', async () => {
      await make(PODS, pod('p', [], { containers: [container] }));
      const { code, body } = await resize({
        nodeName: 'other',
        containers: [{ name: 'a', image: 'other', resources: { limits: { cpu: '300m' } } }],
      });
      assert.equal(code, 200, JSON.stringify(body));
      const [changed] = body.spec.containers;
      assert.deepEqual(changed?.resources?.limits, { cpu: '300m' });
      assert.deepEqual(
        [changed.image, body.spec.nodeName, body.metadata.labels],
        ['x', undefined, undefined],
      );
      assert.equal(body.metadata.generation, 2);
    });

    it('is the only way to change any', async () => {
      const made = await make<Pod>(PODS, pod('p', [], { containers: [container] }));
      const containers = [{ ...made.spec.containers[0], resources: { limits: { cpu: '1' } } }];
      const { code } = await server.call('PUT', `${PODS}/p`, { ...made, spec: { ...made.spec, containers } });
      assert.equal(code, 422);
    });

    for (const [what, spec, message] of [
      [
        'a request above its limit',
        resources({ requests: { cpu: '500m' } }),
        'must be less than or equal to cpu limit of 200m',
      ],
      [
        'a removed request',
        resources({ requests: { memory: null } }),
        'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
      ],
      [
        'a removed limit',
        resources({ limits: { cpu: null } }),
        'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
      ],
      [
        'another resource',
        resources({ limits: { 'ephemeral-storage': '1Gi' } }),
        'spec: Forbidden: only cpu and memory resources are mutable',
      ],
      [
        'another class',
        resources({ requests: { cpu: '200m' }, limits: { memory: '32Mi' } }),
        'Pod QOS Class may not change as a result of resizing',
      ],
      [
        'one more container',
        { containers: [{ name: 'b', image: 'x' }] },
        'containers may not be added or removed on resize',
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        await make(PODS, pod('p', [], { containers: [container] }));
        const { code, body } = await resize(spec);
        assert.equal(code, 422);
        assert.ok(body.message?.includes(message), body.message);
      });
    }
  });

  describe('binding', () => {
    it('sets the node and the condition, once', async () => {
      await make(PODS, pod('p'));
      const first = await bindTo('p', 'n1');
      assert.equal(first.code, 201);
      const { body } = await server.call<Pod>('GET', `${PODS}/p`);
      assert.equal(body.spec.nodeName, 'n1');
      const condition = body.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      assert.equal(condition?.status, 'True');
      const second = await bindTo('p', 'n2');
      assert.equal(second.code, 409);
      assert.equal(
        second.body.message,
        'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
      );
    });

    it('refuses a pod that goes, another uid and a missing target', async () => {
      await make(PODS, { ...pod('p'), metadata: { name: 'p', finalizers: ['test.io/keep'] } });
      assert.equal((await bindTo('p', 'n1', { uid: 'other' })).code, 409);
      assert.equal((await bindTo('p', '')).code, 422);
      await server.call('DELETE', `${PODS}/p`);
      const late = await bindTo('p', 'n1');
      assert.equal(late.code, 409);
      assert.match(late.body.message ?? '', /pod p is being deleted, cannot be assigned to a host/);
    });

    it('lets one of many racing binds win', async () => {
      await make(PODS, pod('p'));
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => bindTo('p', `n${n}`)));
      assert.equal(answers.filter(({ code }) => code === 201).length, 1);
      assert.equal(answers.filter(({ code }) => code === 409).length, 9);
    });
  });

  describe('graceful deletion of pods', () => {
    it('removes a pod that is nowhere at once, and marks one that is on a node', async () => {
      await make(PODS, pod('free'));
      await server.call('DELETE', `${PODS}/free`);
      assert.equal((await server.call('GET', `${PODS}/free`)).code, 404);

      await make(PODS, pod('bound', ['a'], { terminationGracePeriodSeconds: 7 }));
      await bindTo('bound', 'n1');
      const marked = await server.call<Pod>('DELETE', `${PODS}/bound`);
      assert.equal(marked.body.metadata.deletionGracePeriodSeconds, 7);
      const longer = await server.call<Pod>('DELETE', `${PODS}/bound?gracePeriodSeconds=60`);
      assert.equal(longer.body.metadata.deletionGracePeriodSeconds, 7);
      const shorter = await server.call<Pod>('DELETE', `${PODS}/bound?gracePeriodSeconds=2`);
      assert.equal(shorter.body.metadata.deletionGracePeriodSeconds, 2);
      assert.equal(
        Date.parse(marked.body.metadata.deletionTimestamp ?? '') -
          Date.parse(shorter.body.metadata.deletionTimestamp ?? ''),
        5000,
      );
      const gone = await server.call<Pod>('DELETE', `${PODS}/bound`, { gracePeriodSeconds: 0 });
      assert.equal(gone.body.kind, 'Pod');
      assert.equal((await server.call('GET', `${PODS}/bound`)).code, 404);
    });

    it('evicts through the eviction subresource', async () => {
      await make(PODS, pod('p'));
      const answer = await server.call<Status>('POST', `${PODS}/p/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'p' },
      });
      assert.equal(answer.code, 201);
      assert.equal((await server.call('GET', `${PODS}/p`)).code, 404);
    });
  });

  describe('scale', () => {
    const ROOT = '/apis/apps/v1/namespaces/d/deployments';
    beforeEach(async () => {
      await make(ROOT, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'a', image: 'x' }] },
          },
        },
      });
    });

    it('shows and changes replicas, by PUT and by patch', async () => {
      const { body: shown } = await server.call<Scale>('GET', `${ROOT}/web/scale`);
      assert.equal(shown.spec?.replicas, 2);
      assert.equal(shown.status?.selector, 'app=web');
      const put = await server.call<Scale>('PUT', `${ROOT}/web/scale`, { ...shown, spec: { replicas: 5 } });
      assert.equal(put.body.spec?.replicas, 5);
      const stale = await server.call<Status>('PUT', `${ROOT}/web/scale`, {
        ...shown,
        spec: { replicas: 6 },
      });
      assert.equal(stale.code, 409);
      const patched = await server.call<Scale>('PATCH', `${ROOT}/web/scale`, '{"spec":{"replicas":3}}', {
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      assert.equal(patched.body.spec?.replicas, 3);
      const { body } = await server.call<Deployment>('GET', `${ROOT}/web`);
      assert.equal(body.spec.replicas, 3);
      assert.equal(body.metadata.generation, 3);
    });

    it('refuses less than nothing', async () => {
      const answer = await server.call<Status>('PUT', `${ROOT}/web/scale`, {
        metadata: { name: 'web' },
        spec: { replicas: -1 },
      });
      assert.equal(answer.code, 422);
      assert.equal(
        answer.body.message,
        'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      );
    });
  });

  it('finalize takes the finalizers of a namespace that goes, and the namespace with the last one', async () => {
    await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } });
    const { body } = await server.call<Namespace>('DELETE', '/api/v1/namespaces/x');
    assert.equal(body.status?.phase, 'Terminating');
    assert.deepEqual(body.spec?.finalizers, ['kubernetes']);
    const again = await server.call<Namespace>('DELETE', '/api/v1/namespaces/x');
    assert.equal(again.body.metadata.resourceVersion, body.metadata.resourceVersion);
    const done = await server.call('PUT', '/api/v1/namespaces/x/finalize', {
      ...body,
      spec: { finalizers: [] },
    });
    assert.equal(done.code, 200);
    assert.equal((await server.call('GET', '/api/v1/namespaces/x')).code, 404);
  });

  it('token asks the issuer about the account', async () => {
    const ROOT = '/api/v1/namespaces/d/serviceaccounts';
    await make(ROOT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's' } });
    const answer = await server.call<{ status: { token: string } }>('POST', `${ROOT}/s/token`, { spec: {} });
    assert.equal(answer.body.status.token, 'token of s');
    assert.equal((await server.call('POST', `${ROOT}/t/token`, { spec: {} })).code, 404);
    assert.equal((await server.call('POST', `${ROOT}/s/token`, {})).code, 201);
  });

  it('a node gets only tokens that are bound to pods that run on it', async () => {
    const ROOT = '/api/v1/namespaces/d/serviceaccounts';
    await make(ROOT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's' } });
    const volumes = [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }];
    const { metadata } = await make<Pod>(
      PODS,
      pod('p', ['a'], { nodeName: 'n1', serviceAccountName: 's', volumes }),
    );
    const code = async (node: string, boundObjectRef?: object): Promise<number> => {
      const user = { name: `system:node:${node}`, groups: ['system:nodes'] };
      const answer = await server.call('POST', `${ROOT}/s/token`, { spec: { boundObjectRef } }, { user });
      return answer.code;
    };
    const bound = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid };
    assert.equal(await code('n1', bound), 201);
    assert.equal(await code('n2', bound), 403);
    assert.equal(await code('n1', { ...bound, uid: '' }), 403);
    assert.equal(await code('n1'), 403);
  });

  describe('log', () => {
    const logOf = async (query: string): Promise<ApiResponse> => server.ask('GET', `${PODS}/p/log?${query}`);

    it("asks the node for the container that is meant, with the kubelet's options", async () => {
      await make(PODS, pod('p', ['a']));
      const silent = await logOf('');
      assert.ok(silent.type === 'raw' && silent.body === '');
      await bindTo('p', 'n1');
      const answer = await logOf('follow=true&tailLines=5&timestamps=0');
      assert.ok(
        answer.type === 'raw' && typeof answer.body === 'object' && Symbol.asyncIterator in answer.body,
      );
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      assert.equal(Buffer.concat(chunks).toString(), 'line\n');
      assert.equal(asked[0]?.node, 'n1');
      assert.equal(asked[0].path, '/containerLogs/d/p/a?follow=true&tailLines=5');
    });

    it('says which containers there are to choose from', async () => {
      await make(PODS, pod('p', ['a', 'b'], { initContainers: [{ name: 'i', image: 'x' }] }));
      await bindTo('p', 'n1');
      const many = (await server.call<Status>('GET', `${PODS}/p/log`)).body;
      assert.equal(many.message, 'a container name must be specified for pod p, choose one of: [i a b]');
      const none = (await server.call<Status>('GET', `${PODS}/p/log?container=z`)).body;
      assert.equal(none.message, 'container z is not valid for pod p');
    });

    it("hands the agent's refusal on and checks numbers itself", async () => {
      await make(PODS, pod('p'));
      await bindTo('p', 'n1');
      agentAnswer = { code: 400, body: 'container "a" in pod "p" is waiting to start: ContainerCreating' };
      const waiting = await server.call<Status>('GET', `${PODS}/p/log`);
      assert.equal(waiting.code, 400);
      assert.equal(waiting.body.message, agentAnswer.body);
      assert.equal((await server.call('GET', `${PODS}/p/log?tailLines=-1`)).code, 422);
    });
  });

  describe('exec', () => {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };

    it("hands the connection to the node with the kubelet's path and without the client's credentials", async () => {
      await make(PODS, pod('p'));
      await bindTo('p', 'n1');
      const [near, far] = duplexPair();
      let path = '';
      nodes.upgrade = (node, to) => {
        assert.equal(node, 'n1');
        path = to;
        return Promise.resolve(near);
      };
      const answer = await server.ask(
        'POST',
        `${PODS}/p/exec?command=sh&command=-c&stdin=true&stdout=true&tty=true`,
        undefined,
        {
          headers,
        },
      );
      assert.ok(answer.type === 'upgrade');
      assert.equal(path, '/exec/d/p/a?input=1&output=1&tty=1&command=sh&command=-c');
      const [client, accepted] = duplexPair();
      answer.take({
        socket: accepted,
        head: Buffer.from('early'),
        method: 'POST',
        url: '/whatever',
        rawHeaders: [
          ...['Host', 'h', 'Authorization', 'Bearer secret', 'Upgrade', 'SPDY/3.1'],
          ...[
            'Sec-WebSocket-Protocol',
            'base64url.bearer.authorization.k8s.io.c2VjcmV0, v4.channel.k8s.io, channel.k8s.io',
          ],
        ],
      });
      client.end('late');
      const received = await text(far);
      assert.equal(
        received,
        `POST ${path} HTTP/1.1\r\nHost: h\r\nUpgrade: SPDY/3.1\r\n` +
          'Sec-WebSocket-Protocol: v4.channel.k8s.io, channel.k8s.io\r\n\r\nearlylate',
      );
      far.end('answer');
      assert.equal(await text(client), 'answer');
    });

    it('reads flags as every client writes them', async () => {
      await make(PODS, pod('p'));
      await bindTo('p', 'n1');
      const paths: string[] = [];
      nodes.upgrade = (_node, to) => {
        paths.push(to);
        return Promise.resolve(duplexPair()[0]);
      };
      for (const flags of ['stdin=True&stdout=True&stderr=False&tty=False', 'stdin&stdout=yes&stderr=0']) {
        await server.ask('GET', `${PODS}/p/exec?command=sh&${flags}`, undefined, { headers });
      }
      assert.deepEqual(paths, Array(2).fill('/exec/d/p/a?input=1&output=1&command=sh'));
      const none = await server.call<Status>('GET', `${PODS}/p/exec?command=sh&tty=1`, undefined, {
        headers,
      });
      assert.equal(none.body.message, 'you must specify at least 1 of stdin, stdout, stderr');
    });

    it('needs an upgrade, a command and a node', async () => {
      await make(PODS, pod('p'));
      const nowhere = await server.call<Status>('POST', `${PODS}/p/exec?command=sh&stdout=1`, undefined, {
        headers,
      });
      assert.equal(nowhere.body.message, 'pod p does not have a host assigned');
      await bindTo('p', 'n1');
      const plain = await server.call<Status>('POST', `${PODS}/p/exec?command=sh&stdout=1`);
      assert.equal(plain.body.message, 'Upgrade request required');
      const empty = await server.call<Status>('POST', `${PODS}/p/exec?stdout=1`, undefined, { headers });
      assert.equal(empty.code, 400);
    });

    it('needs the right to create even where it begins with GET', async () => {
      await server.stop();
      server = await startTestServer({
        authorizer: {
          authorize: (_user, { verb, subresource }) => ({
            allowed: subresource === '' || verb === 'get',
            reason: '',
          }),
          rulesFor: () => [],
        },
      });
      await make(PODS, pod('p', ['a'], { nodeName: 'n1' }));
      const answer = await server.call<Status>('GET', `${PODS}/p/exec?command=sh&stdout=1`, undefined, {
        headers,
      });
      assert.equal(answer.code, 403);
      assert.match(answer.body.message ?? '', /cannot create resource "pods\/exec"/);
    });
  });

  describe('proxy', () => {
    let backend: Server;
    let port: number;

    beforeEach(async () => {
      backend = createServer((request, response) => {
        if (request.url === '/page') {
          response.setHeader('content-type', 'text/html');
          response.end('<a href="/other">x</a><img src=\'/i.png\'><a href="//far/x">y</a>');
          return;
        }
        response.setHeader(
          'x-seen',
          `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? '-'}`,
        );
        request.pipe(response);
      });
      await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
      ({ port } = backend.address() as AddressInfo);
      nodes.connect = async (_node, _host, to, signal) => {
        const socket = connect(to, '127.0.0.1');
        await once(socket, 'connect', { signal });
        return socket;
      };
      await make(PODS, pod('p', ['a'], { nodeName: 'n1' }));
      await server.call('PATCH', `${PODS}/p/status`, JSON.stringify({ status: { podIP: '10.1.0.1' } }), {
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    });
    afterEach(() => new Promise((resolve) => backend.close(resolve)));

    const bodyOf = async (answer: ApiResponse): Promise<string> => {
      assert.ok(answer.type === 'raw');
      if (typeof answer.body === 'string' || answer.body instanceof Uint8Array)
        return Buffer.from(answer.body).toString();
      return text(answer.body);
    };

    it('passes method, path and query on and leaves credentials out', async () => {
      const answer = await server.ask('DELETE', `${PODS}/p:${port}/proxy/some//path/?a=b`, undefined, {
        headers: { authorization: 'Bearer secret' },
      });
      await bodyOf(answer);
      assert.ok(answer.type === 'raw');
      assert.equal(answer.headers['x-seen'], 'DELETE /some//path/?a=b -');
    });

    it('redirects the bare path and rewrites the links of a page', async () => {
      const bare = await server.ask('GET', `${PODS}/p:${port}/proxy?x=y`);
      assert.ok(bare.type === 'raw');
      assert.equal(bare.code, 301);
      assert.equal(bare.headers.location, `${PODS}/p:${port}/proxy/?x=y`);
      const prefix = `${PODS}/p:${port}/proxy`;
      const page = await bodyOf(await server.ask('GET', `${prefix}/page`));
      assert.equal(page, `<a href="${prefix}/other">x</a><img src='${prefix}/i.png'><a href="//far/x">y</a>`);
    });

    it("reaches a ready endpoint of a service by the port's name, and says where there is none", async () => {
      await make('/api/v1/namespaces/d/services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'http', port: 80 }] },
      });
      const url = '/api/v1/namespaces/d/services/s:http/proxy/x';
      const none = await server.call<Status>('GET', url);
      assert.equal(none.code, 503);
      assert.equal(none.body.message, 'no endpoints available for service "s"');
      const slice: Partial<EndpointSlice> = {
        addressType: 'IPv4',
        ports: [{ name: 'http', port, protocol: 'TCP' }],
        endpoints: [
          { addresses: ['10.1.0.2'], conditions: { ready: false } },
          { addresses: ['10.1.0.1'], conditions: { ready: true }, nodeName: 'n1' },
        ],
      };
      await make('/apis/discovery.k8s.io/v1/namespaces/d/endpointslices', {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 's-1', labels: { 'kubernetes.io/service-name': 's' } },
        ...slice,
      });
      const answer = await server.ask('GET', url);
      await bodyOf(answer);
      assert.ok(answer.type === 'raw');
      assert.equal(answer.headers['x-seen'], 'GET /x -');
    });

    it('leads to addresses alone, not to names that the node would look up', () => {
      for (const podIP of [
        '',
        'localhost',
        '0x7f.1',
        '127.1',
        '2130706433',
        '0177.0.0.1',
        'fe80::1%eth0',
        '10.1.0.1 ',
      ]) {
        const at = { scheme: '', name: 'p', port: '80' };
        const target = { spec: { containers: [] }, status: { podIP } } as unknown as Pod;
        assert.throws(() => podLocation(target, at), /address not allowed/, podIP);
      }
    });

    it('leads to no address that only the node itself may reach', async () => {
      for (const podIP of [
        ...['127.0.0.1', '127.8.8.8', '169.254.169.254', '0.0.0.0', '239.1.1.1', '255.255.255.255'],
        ...['::1', 'fe80::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:0:0:1', 'ff02::1', 'febf::1'],
      ]) {
        await server.call('PATCH', `${PODS}/p/status`, JSON.stringify({ status: { podIP } }), {
          headers: { 'content-type': 'application/merge-patch+json' },
        });
        const answer = await server.call<Status>('GET', `${PODS}/p:${port}/proxy/`);
        assert.equal(answer.code, 400, podIP);
        assert.equal(answer.body.message, 'address not allowed');
      }
    });

    it('answers ServiceUnavailable where nobody listens', async () => {
      const { port: dead } = await new Promise<AddressInfo>((resolve) => {
        const probe = createServer().listen(0, '127.0.0.1', () => {
          const address = probe.address() as AddressInfo;
          probe.close(() => resolve(address));
        });
      });
      const answer = await server.call<Status>('GET', `${PODS}/p:${dead}/proxy/`);
      assert.equal(answer.code, 503);
      assert.match(answer.body.message ?? '', /^error trying to reach service: .*ECONNREFUSED/);
    });
  });
});
