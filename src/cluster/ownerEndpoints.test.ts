import assert from 'node:assert/strict';
import type { HttpRequest, HttpResponse, TlsPeer } from '../host/httpsListener.ts';
import { PRESENCE_PATH, STOP_PATH } from '../protocol/control.ts';
import { createOwnerEndpoints, type OwnerEndpoints } from './ownerEndpoints.ts';

describe('createOwnerEndpoints()', () => {
  /** What somebody was answered: the code as soon as there is one, and whether the answer has an end. */
  function ask(
    endpoints: OwnerEndpoints,
    url: string,
    { method = 'GET', organization = 'system:masters' } = {},
  ): { code?: number; ended?: boolean } {
    const answer: { code?: number; ended?: boolean } = {};
    const response = {
      on: () => response,
      writeHead: (code: number) => void (answer.code = code),
      flushHeaders: () => undefined,
      end: () => void (answer.ended = true),
    };
    const peer = { certificate: { organizations: [organization] } };
    assert.ok(
      endpoints.request(
        { url, method } as HttpRequest,
        response as unknown as HttpResponse,
        peer as unknown as TlsPeer,
      ),
    );
    return answer;
  }

  it('who attaches is answered when the control plane is ready, and sent away when it is about to go', () => {
    let stops = 0;
    const endpoints = createOwnerEndpoints(() => (stops += 1));
    const early = ask(endpoints, PRESENCE_PATH);
    assert.deepEqual(early, {});
    endpoints.ready();
    assert.deepEqual(early, { code: 200 });
    assert.deepEqual(ask(endpoints, PRESENCE_PATH), { code: 200 });
    const stop = ask(endpoints, STOP_PATH, { method: 'POST' });
    assert.deepEqual([stop, stops], [{}, 1]);
    endpoints.stopping();
    assert.deepEqual(ask(endpoints, PRESENCE_PATH), { code: 503, ended: true });
    endpoints.stopped();
    assert.deepEqual(stop, { code: 200, ended: true });
  });

  it('who waits for one that fails to start is sent away', () => {
    const endpoints = createOwnerEndpoints(() => undefined);
    const early = ask(endpoints, PRESENCE_PATH);
    endpoints.stopped();
    assert.deepEqual(early, { code: 503, ended: true });
  });

  it('answers administrators alone, and stops for POST alone', () => {
    let stops = 0;
    const endpoints = createOwnerEndpoints(() => (stops += 1));
    endpoints.ready();
    const other = { organization: 'system:nodes' };
    assert.equal(ask(endpoints, PRESENCE_PATH, other).code, 403);
    assert.equal(ask(endpoints, STOP_PATH, { ...other, method: 'POST' }).code, 403);
    assert.equal(ask(endpoints, STOP_PATH).code, 405);
    assert.equal(stops, 0);
  });
});
