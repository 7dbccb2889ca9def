import assert from 'node:assert/strict';
import { createDeferred } from '../../base/deferred.ts';
import { FakeClock } from '../../base/clock.ts';
import type { ApiResponse } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { StatusError } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import { anonymous } from './authentication.ts';
import { deadline } from './deadline.ts';
import { maxInFlight } from './maxInFlight.ts';
import { warnings } from './warnings.ts';

const done: ApiResponse = { type: 'object', code: 200, object: {} };

function exchangeFor(method: string, url: string, inProcess = false): Exchange {
  const [path = '', search] = url.split('?');
  const query = new URLSearchParams(search);
  const { signal } = new AbortController();
  return {
    request: {
      info: resolveRequestInfo(method, path, query),
      query,
      headers: {},
      body: { type: 'none' },
      signal,
      ...(inProcess ? { user: anonymous } : {}),
    },
    user: anonymous,
    signal,
    deadline: undefined,
    audit: undefined,
    warnings: [],
  };
}

const isStatus = (code: number) => (error: unknown) => error instanceof StatusError && error.code === code;

describe('maxInFlight', () => {
  it('answers 429 beyond its bounds, for reads and writes apart, and lets streams and the process itself through', async () => {
    const filter = maxInFlight({ reads: 1, writes: 1 });
    const held = createDeferred<ApiResponse>();
    const hold = (): Promise<ApiResponse> => held.promise;
    const pass = (): Promise<ApiResponse> => Promise.resolve(done);
    const first = filter(exchangeFor('GET', '/api/v1/pods'), hold);
    await assert.rejects(filter(exchangeFor('GET', '/api/v1/pods'), pass), isStatus(429));
    assert.equal(await filter(exchangeFor('GET', '/api/v1/pods?watch=1'), pass), done);
    assert.equal(await filter(exchangeFor('GET', '/api/v1/pods', true), pass), done);
    const write = filter(exchangeFor('POST', '/api/v1/namespaces'), hold);
    await assert.rejects(filter(exchangeFor('DELETE', '/api/v1/namespaces/x'), pass), isStatus(429));
    held.resolve(done);
    await Promise.all([first, write]);
    assert.equal(await filter(exchangeFor('GET', '/api/v1/pods'), pass), done);
  });
});

describe('deadline', () => {
  const never = (): Promise<ApiResponse> => new Promise(() => undefined);

  it('answers 504 after a minute, or after the time that the client sets', async () => {
    const clock = new FakeClock();
    const filter = deadline(clock);
    const long = assert.rejects(filter(exchangeFor('GET', '/api/v1/pods'), never), isStatus(504));
    const short = assert.rejects(filter(exchangeFor('GET', '/api/v1/pods?timeout=1s500ms'), never), {
      message: 'Timeout: request did not complete within the allotted timeout of 1.5s',
    });
    await clock.advance(1_500);
    await short;
    assert.equal(clock.pending, 1);
    await clock.advance(58_500);
    await long;
  });

  it('leaves no timer behind, and sets none for streams and the process itself', async () => {
    const clock = new FakeClock();
    const filter = deadline(clock);
    await filter(exchangeFor('GET', '/api/v1/pods'), () => Promise.resolve(done));
    assert.equal(clock.pending, 0);
    void filter(exchangeFor('GET', '/api/v1/pods?watch=1'), never);
    void filter(exchangeFor('GET', '/api/v1/pods', true), never);
    assert.equal(clock.pending, 0);
  });

  it('refuses a timeout that is none', () => {
    const filter = deadline(new FakeClock());
    assert.throws(() => void filter(exchangeFor('GET', '/api/v1/pods?timeout=soon'), never), isStatus(400));
  });
});

describe('warnings', () => {
  it('are given once each, up to what a head can hold', async () => {
    const exchange = exchangeFor('GET', '/api/v1/nodes/x');
    exchange.warnings.push('a', 'b', 'a', 'x'.repeat(5000), 'c');
    const answer = await warnings(exchange, () => Promise.resolve(done));
    assert.deepEqual(answer.type === 'object' ? answer.warnings : [], ['a', 'b', 'x'.repeat(256), 'c']);
    exchange.warnings.push(...Array.from({ length: 30 }, (_, i) => `${String(i)}${'y'.repeat(300)}`));
    const many = await warnings(exchange, () => Promise.resolve(done));
    const texts = (many.type === 'object' ? many.warnings : undefined) ?? [];
    assert.equal(texts.length, 18);
    assert.ok(texts.every((text) => text.length <= 256) && texts.join('').length <= 4096);
  });
});
