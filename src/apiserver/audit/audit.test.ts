import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { FakeClock } from '../../base/clock.ts';
import { unauthorized } from '../../api/status.ts';
import type { AdmissionPlugin } from '../admission/contract.ts';
import { parsePolicy } from './policy.ts';

interface Event {
  readonly stage: string;
  readonly level: string;
  readonly auditID: string;
  readonly verb: string;
  readonly [field: string]: unknown;
}

const configMaps = '/api/v1/namespaces/ns/configmaps';
const POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitManagedFields: true
rules:
- {level: None, users: [quiet]}
- {level: Metadata, resources: [{resources: [secrets]}]}
- {level: RequestResponse, users: [loud]}
- {level: Request, verbs: [create, patch, delete], omitStages: [RequestReceived]}
- {level: Metadata}
`;

const noting: AdmissionPlugin = {
  name: 'Noting',
  handles: () => true,
  validate(attributes) {
    attributes.annotate('example.com/note', 'first');
    attributes.annotate('example.com/note', 'second');
    attributes.annotate('example.com/patch', '{}', 'Request');
    return [];
  },
};

describe('audit log', () => {
  let api: TestServer;
  let events: Event[] = [];
  before(async () => {
    api = await startTestServer({
      clock: new FakeClock(Date.parse('2026-01-01T00:00:00.5Z')),
      admission: [noting],
      authenticators: [{ authenticate: () => Promise.reject(unauthorized()) }],
      audit: { policy: parsePolicy(POLICY), sink: { write: (event) => events.push(event as Event) } },
    });
  });
  after(() => api.stop());
  beforeEach(() => (events = []));

  const as = (name: string): { user: { name: string; groups: string[] } } => ({
    user: { name, groups: ['g'] },
  });
  const stages = (): string[] => events.map(({ stage, level, verb }) => `${stage} ${level} ${verb}`);

  it('tells of a request what upstream tells', async () => {
    await api.call(
      'POST',
      `${configMaps}?fieldManager=m`,
      { metadata: { name: 'a' }, data: { k: 'v' } },
      as('jane'),
    );
    assert.equal(events.length, 1);
    const [{ auditID, ...event }] = events as [Event];
    assert.match(auditID, /^[0-9a-f-]{36}$/);
    assert.deepEqual(event, {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Request',
      stage: 'ResponseComplete',
      requestURI: `${configMaps}?fieldManager=m`,
      verb: 'create',
      user: { username: 'jane', groups: ['g'] },
      objectRef: { resource: 'configmaps', namespace: 'ns', name: 'a', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { metadata: { name: 'a' }, data: { k: 'v' } },
      requestReceivedTimestamp: '2026-01-01T00:00:00.500000Z',
      stageTimestamp: '2026-01-01T00:00:00.500000Z',
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': '',
        'example.com/note': 'first',
        'example.com/patch': '{}',
      },
    });
  });

  it('never tells more than the level says', async () => {
    await api.call('POST', '/api/v1/namespaces/ns/secrets', {
      metadata: { name: 'a' },
      stringData: { password: 'xyzzy' },
    });
    await api.call('GET', '/api/v1/namespaces/ns/secrets/a');
    await api.call('POST', '/api/v1/namespaces/ns/secrets', {
      metadata: { name: '-' },
      stringData: { password: 'xyzzy' },
    });
    assert.equal(events.length, 6);
    const text = JSON.stringify(events);
    assert.ok(!text.includes('xyzzy') && !text.includes(Buffer.from('xyzzy').toString('base64')));
    assert.ok(!text.includes('example.com/patch'));
    await api.call('POST', configMaps, { metadata: { name: 'q' } }, as('quiet'));
    assert.equal(events.length, 6);
  });

  it('tells both sides at the highest level, without managed fields where they are not wanted', async () => {
    await api.call('POST', configMaps, { metadata: { name: 'b' }, data: { k: 'v' } }, as('loud'));
    await api.call('GET', configMaps, undefined, as('loud'));
    assert.deepEqual(stages(), [
      'RequestReceived RequestResponse create',
      'ResponseComplete RequestResponse create',
      'RequestReceived RequestResponse list',
      'ResponseComplete RequestResponse list',
    ]);
    const [, created, , listed] = events;
    const { metadata } = created?.responseObject as { metadata: Record<string, unknown> };
    assert.ok('uid' in metadata && !('managedFields' in metadata));
    const { items } = listed?.responseObject as { items: { metadata: object }[] };
    assert.ok(items.length > 0 && items.every((item) => !('managedFields' in item.metadata)));
    const { body } = await api.call<{ metadata: object }>('GET', `${configMaps}/b`);
    assert.ok('managedFields' in body.metadata);
  });

  it('tells what was refused, and why', async () => {
    await api.call('POST', configMaps, { metadata: { name: 'A' } }, as('jane'));
    const { responseStatus } = events.at(-1) as unknown as { responseStatus: Record<string, unknown> };
    assert.deepEqual(
      [responseStatus['code'], responseStatus['reason'], responseStatus['status']],
      [422, 'Invalid', 'Failure'],
    );
  });

  it('tells what bytes in JSON and YAML say', async () => {
    const headers = { 'content-type': 'application/yaml' };
    await api.call('POST', configMaps, 'metadata: {name: yy}\ndata: {k: v}\n', { headers, ...as('jane') });
    assert.deepEqual(events[0]?.requestObject, { metadata: { name: 'yy' }, data: { k: 'v' } });
    const patch = { 'content-type': 'application/merge-patch+json' };
    await api.call('PATCH', `${configMaps}/yy`, '{"data":{"k":"w"}}', { headers: patch, ...as('jane') });
    assert.deepEqual(events[1]?.requestObject, { data: { k: 'w' } });
  });

  it('tells when a watch begins and when it has ended', async () => {
    const ending = new AbortController();
    const response = await api.ask('GET', `${configMaps}?watch=true`, undefined, { signal: ending.signal });
    assert.deepEqual(stages(), ['RequestReceived Metadata watch', 'ResponseStarted Metadata watch']);
    assert.ok(response.type === 'watch');
    setImmediate(() => ending.abort());
    for await (const batch of response.events) assert.ok(batch.length > 0);
    assert.equal(stages().at(-1), 'ResponseComplete Metadata watch');
    assert.equal(new Set(events.map(({ auditID }) => auditID)).size, 1);
  });

  it('tells who acts as somebody else, and whose credentials are wrong', async () => {
    await api.call('GET', configMaps, undefined, { ...as('jane'), headers: { 'impersonate-user': 'john' } });
    assert.deepEqual(events.at(-1)?.impersonatedUser, {
      username: 'john',
      groups: ['system:authenticated'],
    });
    events = [];
    const answer = await api.handler.handle({
      info: {
        isResourceRequest: false,
        path: '/x',
        verb: 'get',
        group: '',
        version: '',
        namespace: '',
        resource: '',
        subresource: '',
        name: '',
        rest: '',
      },
      query: new URLSearchParams(),
      headers: { authorization: 'Bearer x', 'audit-id': 'mine' },
      body: { type: 'none' },
      peerAddress: '127.0.0.1',
      signal: new AbortController().signal,
    });
    assert.ok(answer.type === 'object' && answer.code === 401);
    assert.deepEqual(
      events.map(({ stage, auditID, sourceIPs }) => [stage, auditID, sourceIPs]),
      [['ResponseStarted', 'mine', ['127.0.0.1']]],
    );
  });
});
