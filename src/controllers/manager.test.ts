import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { silentLogger } from '../base/logger.ts';
import { configMaps } from '../api/resources.ts';
import { serviceUnavailable } from '../api/status.ts';
import type { Client } from '../client/contract.ts';
import { inProcessClient } from '../client/inProcess.ts';
import { admin, startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import type { ControllerContext } from '../client/controller.ts';
import { runControllers } from './manager.ts';

describe('runControllers', () => {
  let server: TestServer;
  let client: Client;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock();
    server = await startTestServer({ clock });
    client = inProcessClient(server.handler, admin);
  });
  afterEach(() => server.stop());

  /** A controller that notes which manager saw which key. */
  const start = (
    work: (key: string, context: ControllerContext, signal: AbortSignal) => Promise<void>,
    identity?: string,
  ) => {
    const stop = new AbortController();
    const users: string[] = [];
    const ended = runControllers(
      {
        controllers: [
          {
            name: 'noting',
            account: 'noting-controller',
            create: (context) => {
              const wake = ({ metadata }: { metadata: { name: string } }): void =>
                context.enqueue(metadata.name);
              context.informers.for(configMaps).addHandler({ onAdd: wake, onUpdate: wake });
              return {
                name: 'noting',
                workers: 2,
                reconcile: async (key, signal) => {
                  await work(key, context, signal);
                  return undefined;
                },
              };
            },
          },
        ],
        clientFor: (user) => {
          users.push(user.name);
          return inProcessClient(server.handler, user);
        },
        clock,
        logger: silentLogger,
        ...(identity === undefined ? {} : { leaderElection: { identity } }),
      },
      stop.signal,
    );
    return { stop, ended, users };
  };
  const make = (name: string) => client.create(configMaps, { metadata: { namespace: 'd', name } });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('gives every controller its own identity, and its keys with what made them', async () => {
    await make('before');
    const seen: string[] = [];
    const { stop, ended, users } = start((key) => {
      seen.push(key);
      return Promise.resolve();
    });
    await settle();
    await make('after');
    await settle();
    assert.deepEqual(seen, ['before', 'after']);
    assert.deepEqual(users, [
      'system:kube-controller-manager',
      'system:serviceaccount:kube-system:noting-controller',
    ]);
    stop.abort();
    await ended;
  });

  it('tries a failed key again, after a time that grows', async () => {
    let tries = 0;
    const { stop, ended } = start(() => (++tries < 4 ? Promise.reject(new Error('no')) : Promise.resolve()));
    await make('a');
    await settle();
    assert.equal(tries, 1);
    for (const delay of [5, 10, 20]) await clock.advance(delay);
    assert.equal(tries, 4);
    await clock.advance(1_000_000);
    assert.equal(tries, 4);
    stop.abort();
    await ended;
  });

  it('tells writes their cause: the actor and the revision that woke it', async () => {
    const written = createDeferred<undefined>();
    const { stop, ended } = start(async (key, context, signal) => {
      if (key !== 'a') return;
      await context.client.create(configMaps, { metadata: { namespace: 'd', name: 'b' } }, { signal });
      written.resolve(undefined);
    });
    const a = await make('a');
    await written.promise;
    const [record] = await server.storage.history!.list('core/configmaps/d/b');
    assert.deepEqual(record!.cause, {
      actor: 'system:kube-controller-manager noting',
      revision: Number(a.metadata.resourceVersion),
    });
    stop.abort();
    await ended;
  });

  it('waits on stop for what is under way', async () => {
    const begun = createDeferred<undefined>();
    const gate = createDeferred<undefined>();
    let finished = false;
    const { stop, ended } = start(async () => {
      begun.resolve(undefined);
      await gate.promise;
      finished = true;
    });
    await make('a');
    await begun.promise;
    stop.abort();
    gate.resolve(undefined);
    await ended;
    assert.equal(finished, true);
  });

  it('leaves no timer behind when it is stopped before its informers are ready', async () => {
    const down = { type: 'object', code: 503, object: serviceUnavailable('down').status } as const;
    const stop = new AbortController();
    const ended = runControllers(
      {
        controllers: [
          {
            name: 'early',
            account: 'early-controller',
            create: (context) => {
              context.informers.for(configMaps);
              context.enqueue('later', 60_000);
              return { name: 'early', workers: 1, reconcile: () => Promise.resolve(undefined) };
            },
          },
        ],
        clientFor: (user) => inProcessClient({ handle: () => Promise.resolve(down) }, user),
        clock,
        logger: silentLogger,
      },
      stop.signal,
    );
    await settle();
    assert.equal(clock.pending, 2, 'the key and the next try of the informer');
    stop.abort();
    await ended;
    assert.equal(clock.pending, 0);
  });

  it('leads with a Lease only, one at a time', async () => {
    const seen: string[] = [];
    const note = (who: string) => (key: string) => {
      seen.push(`${who} ${key}`);
      return Promise.resolve();
    };
    const first = start(note('first'), 'first');
    await settle();
    const second = start(note('second'), 'second');
    await make('a');
    for (let i = 0; i < 10; i += 1) await clock.advance(2_000);
    assert.deepEqual(seen, ['first a']);
    first.stop.abort();
    await first.ended;
    await clock.advance(2_000);
    await settle();
    assert.deepEqual(seen, ['first a', 'second a']);
    second.stop.abort();
    await second.ended;
  });
});
