import assert from 'node:assert/strict';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { FakeClock } from '../../base/clock.ts';
import type { Probe } from '../../api/types.ts';
import { checkHttp } from './httpCheck.ts';
import type { ProbeOutcome } from './outcome.ts';
import { type ProbeType, probeWorker } from './probeWorker.ts';
import { checkTcp } from './tcpCheck.ts';

const never = new AbortController().signal;

async function listening<T extends Server>(server: T): Promise<{ server: T; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('checkHttp', () => {
  const asking = async (listener: RequestListener, path = '/', timeoutMs = 5_000): Promise<ProbeOutcome> => {
    const { server, port } = await listening(createHttpServer(listener));
    const outcome = await checkHttp(
      { scheme: 'HTTP', host: '127.0.0.1', port, path },
      [{ name: 'X-A', value: 'b' }],
      timeoutMs,
      never,
    );
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    return { ...outcome, message: outcome.message.replaceAll(String(port), 'PORT') };
  };

  it('succeeds with 200 to 399, and sends its headers', async () => {
    const outcome = await asking((request, response) => {
      const isRight = request.headers['user-agent'] === 'kube-probe/1.36' && request.headers['x-a'] === 'b';
      response.writeHead(isRight ? 204 : 500).end();
    });
    assert.deepEqual(outcome, { success: true, message: '' });
  });

  it('fails with other codes', async () => {
    const outcome = await asking((_request, response) => response.writeHead(500).end());
    assert.deepEqual(outcome, { success: false, message: 'HTTP probe failed with statuscode: 500' });
  });

  it('follows a redirect on the same host, and none to another', async () => {
    const redirect = (location: string): Promise<ProbeOutcome> =>
      asking((request, response) => {
        if (request.url === '/bad') response.writeHead(503).end();
        else response.writeHead(302, { location }).end();
      });
    assert.equal((await redirect('/bad')).message, 'HTTP probe failed with statuscode: 503');
    assert.equal((await redirect('http://elsewhere.invalid/')).success, true);
  });

  it('fails when the time is over', async () => {
    const outcome = await asking(() => undefined, '/slow', 50);
    assert.equal(
      outcome.message,
      'Get "http://127.0.0.1:PORT/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    );
  });

  it('fails where nobody listens', async () => {
    const { server, port } = await listening(createServer());
    server.close();
    await once(server, 'close');
    const outcome = await checkHttp(
      { scheme: 'HTTP', host: '127.0.0.1', port, path: '/x' },
      [],
      1_000,
      never,
    );
    const address = `127.0.0.1:${port}`;
    assert.equal(
      outcome.message,
      `Get "http://${address}/x": dial tcp ${address}: connect: connection refused`,
    );
  });
});

it('checkTcp succeeds where someone listens, and fails where nobody does', async () => {
  const { server, port } = await listening(
    createServer((socket) => socket.on('error', () => undefined).resume()),
  );
  assert.deepEqual(await checkTcp('127.0.0.1', port, 1_000, never), { success: true, message: '' });
  server.close();
  await once(server, 'close');
  assert.equal(
    (await checkTcp('127.0.0.1', port, 1_000, never)).message,
    `dial tcp 127.0.0.1:${port}: connect: connection refused`,
  );
});

describe('probeWorker', () => {
  /** Runs a worker over a script of outcomes; a period is one second. */
  const run = async (
    type: ProbeType,
    probe: Probe,
    script: readonly boolean[],
    startupDone = Promise.resolve(),
    /** How far the time of day is set as each probe runs, and before the first. */
    jumpMs = 0,
  ) => {
    const clock = new FakeClock();
    const started = clock.monotonic();
    const startedAt = clock.now();
    clock.jump(jumpMs);
    const results: (readonly [number, boolean])[] = [];
    const runs: number[] = [];
    const abort = new AbortController();
    const done = probeWorker(
      {
        type,
        probe: { periodSeconds: 1, ...probe },
        clock,
        startedAt,
        startupDone,
        initial: undefined,
        run: () => {
          const success = script[runs.length] === true;
          runs.push((clock.monotonic() - started) / 1000);
          clock.jump(jumpMs);
          return Promise.resolve({ success, message: '' });
        },
        onOutcome: () => undefined,
        onResult: (success) => results.push([(clock.monotonic() - started) / 1000, success]),
      },
      abort.signal,
    );
    await clock.advance(0);
    for (let second = 0; second < script.length + 5 && runs.length < script.length; second++)
      await clock.advance(1_000);
    abort.abort();
    await done;
    return { results, runs };
  };

  it('runs for the first time right after initialDelaySeconds', async () => {
    assert.deepEqual((await run('readiness', {}, [true])).runs, [0]);
    assert.deepEqual((await run('readiness', { initialDelaySeconds: 3 }, [true])).runs, [3]);
  });

  it('changes its result after as many outcomes as the thresholds say', async () => {
    const script = [false, true, true, false, true, false, false, true];
    const { results } = await run('readiness', { successThreshold: 2, failureThreshold: 2 }, script);
    assert.deepEqual(results, [
      [2, true],
      [6, false],
    ]);
  });

  it('ends after the success of a startup probe, and the failure of a liveness probe', async () => {
    assert.deepEqual((await run('startup', { failureThreshold: 5 }, [false, true, true])).runs, [0, 1]);
    assert.deepEqual(
      (await run('liveness', { failureThreshold: 2 }, [true, false, false, true])).runs,
      [0, 1, 2],
    );
  });

  it('keeps its pace when the time of day is set, in whichever direction', async () => {
    const hours = 8 * 3_600_000;
    for (const jump of [-hours, hours]) {
      const { runs } = await run('readiness', {}, [true, true, true], undefined, jump);
      assert.deepEqual(runs, [0, 1, 2]);
    }
    const { runs } = await run('readiness', { initialDelaySeconds: 3 }, [true], undefined, -hours);
    assert.deepEqual(runs, [3]);
  });

  it('does not run before the startup probe has succeeded', async () => {
    const { runs } = await run('liveness', {}, [true], new Promise(() => undefined));
    assert.deepEqual(runs, []);
  });
});
