import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

describe('componentstatuses', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({
      components: [
        { name: 'scheduler', check: () => undefined },
        {
          name: 'controller-manager',
          check: () => {
            throw new Error('gone');
          },
        },
      ],
    });
  });
  after(() => server.stop());

  const URL = '/api/v1/componentstatuses';

  it('are asked when they are read', async () => {
    const { body } = await server.call<{ items: { metadata: object; conditions: object[] }[] }>('GET', URL);
    assert.deepEqual(
      body.items.map(({ metadata, conditions }) => [metadata, conditions]),
      [
        [{ name: 'scheduler' }, [{ type: 'Healthy', status: 'True', message: 'ok' }]],
        [{ name: 'controller-manager' }, [{ type: 'Healthy', status: 'False', error: 'gone' }]],
        [{ name: 'etcd-0' }, [{ type: 'Healthy', status: 'True', message: 'ok' }]],
      ],
    );
  });

  it('can be read alone, and selected', async () => {
    assert.equal((await server.call('GET', `${URL}/etcd-0`)).code, 200);
    const missing = await server.call<{ message: string }>('GET', `${URL}/x`);
    assert.equal(missing.body.message, 'componentstatuses "x" not found');
    const one = await server.call<{ items: object[] }>('GET', `${URL}?fieldSelector=metadata.name=scheduler`);
    assert.equal(one.body.items.length, 1);
  });

  it('cannot be written or watched', async () => {
    for (const [method, url] of [
      ['POST', URL],
      ['DELETE', `${URL}/scheduler`],
      ['GET', `${URL}?watch=true`],
    ] as const) {
      assert.equal((await server.call(method, url, {})).code, 405, method);
    }
  });
});
