import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import { EventExpiry } from './eventExpiry.ts';

const ROOT = '/api/v1/namespaces/d/events';
const event = (name: string, count = 1): object => ({
  metadata: { name, namespace: 'd' },
  involvedObject: { kind: 'Pod', namespace: 'd', name: 'p' },
  reason: 'Test',
  message: 'm',
  count,
});

describe('EventExpiry', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const names = async (): Promise<string[]> => {
    const { body } = await server.call<{ items: { metadata: { name: string } }[] }>('GET', ROOT);
    return body.items.map(({ metadata }) => metadata.name);
  };

  it('removes events their time after the last write, those from before its start too', async () => {
    const clock = new FakeClock();
    assert.equal((await server.call('POST', ROOT, event('old'))).code, 201);
    const { cache, storage } = server;
    const expiry = new EventExpiry({ cache, storage, clock, logger: silentLogger, ttlMs: 1_000 });
    await clock.advance(500);
    await server.call('POST', ROOT, event('new'));
    await server.call('POST', ROOT, event('again'));
    await clock.advance(499);
    assert.deepEqual(await names(), ['again', 'new', 'old']);
    await clock.advance(1);
    assert.deepEqual(await names(), ['again', 'new']);
    await clock.advance(400);
    await server.call('PUT', `${ROOT}/again`, event('again', 2));
    await clock.advance(100);
    assert.deepEqual(await names(), ['again']);
    await clock.advance(900);
    assert.deepEqual(await names(), []);
    expiry.dispose();
    assert.equal(clock.pending, 0);
  });
});
