import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { silentLogger } from '../base/logger.ts';
import { leases } from '../api/resources.ts';
import {
  alreadyExists,
  conflict,
  notFound,
  OPTIMISTIC_LOCK_MESSAGE,
  serviceUnavailable,
} from '../api/status.ts';
import type { Lease } from '../api/types.ts';
import type { Client } from './contract.ts';
import { runAsLeader } from './leaderElection.ts';

/** One Lease with compare-and-set. */
class LeaseServer {
  lease: Lease | undefined;
  down = false;
  #revision = 0;

  spec(): NonNullable<Lease['spec']> {
    return this.lease?.spec ?? fail(new Error('there is no lease'));
  }

  client(): Client {
    return {
      get: () => this.#answer(() => this.lease ?? fail(notFound(leases, 'x'))),
      create: (_r: unknown, draft: Lease) =>
        this.#answer(() =>
          this.lease === undefined ? this.#store(draft) : fail(alreadyExists(leases, 'x')),
        ),
      update: (_r: unknown, draft: Lease) =>
        this.#answer(() =>
          this.lease?.metadata.resourceVersion === draft.metadata.resourceVersion
            ? this.#store(draft)
            : fail(conflict(leases, 'x', OPTIMISTIC_LOCK_MESSAGE)),
        ),
    } as unknown as Client;
  }

  #store(draft: Lease): Lease {
    this.lease = {
      ...draft,
      metadata: { ...draft.metadata, resourceVersion: String(++this.#revision) },
    };
    return this.lease;
  }

  #answer(work: () => Lease): Promise<Lease> {
    return new Promise((resolve) => resolve(this.down ? fail(serviceUnavailable('down')) : work()));
  }
}

function fail(error: Error): never {
  throw error;
}

function candidate(server: LeaseServer, clock: FakeClock, identity: string) {
  const stop = new AbortController();
  const terms: AbortSignal[] = [];
  const ended = runAsLeader(
    {
      client: server.client(),
      clock,
      logger: silentLogger,
      lease: { namespace: 'kube-system', name: 'x' },
      identity,
    },
    async (signal) => {
      terms.push(signal);
      const over = createDeferred<undefined>();
      signal.addEventListener('abort', () => over.resolve(undefined), { once: true });
      await over.promise;
    },
    stop.signal,
  );
  return { stop, terms, ended };
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 500) await clock.advance(500);
}

describe('runAsLeader', () => {
  it('lets one lead, and the other once the Lease is released, without a wait for its end', async () => {
    const server = new LeaseServer();
    const clock = new FakeClock();
    const a = candidate(server, clock, 'a');
    await pass(clock, 1_000);
    const b = candidate(server, clock, 'b');
    await pass(clock, 60_000);
    assert.deepEqual([a.terms.length, b.terms.length], [1, 0]);
    assert.equal(server.spec().leaseTransitions, 0);

    a.stop.abort();
    await a.ended;
    assert.equal(server.spec().holderIdentity, '');
    assert.equal(a.terms[0]!.aborted, true);
    await pass(clock, 2_500);
    assert.equal(b.terms.length, 1);
    assert.equal(server.spec().holderIdentity, 'b');
    assert.equal(server.spec().leaseTransitions, 1);
    b.stop.abort();
    await b.ended;
  });

  it('takes over from a leader that went silent, after the lease duration', async () => {
    const server = new LeaseServer();
    const clock = new FakeClock();
    await server.client().create(leases, {
      metadata: { name: 'x', namespace: 'kube-system' },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 4 },
    });
    const b = candidate(server, clock, 'b');
    await pass(clock, 14_500);
    assert.equal(b.terms.length, 0);
    await pass(clock, 3_000);
    assert.equal(b.terms.length, 1);
    assert.equal(server.spec().leaseTransitions, 5);
    b.stop.abort();
    await b.ended;
  });

  it('ends the term of a leader that cannot renew for ten seconds, and stands again', async () => {
    const server = new LeaseServer();
    const clock = new FakeClock();
    const a = candidate(server, clock, 'a');
    await pass(clock, 4_000);
    server.down = true;
    await pass(clock, 7_000);
    assert.equal(a.terms[0]!.aborted, false);
    await pass(clock, 5_000);
    assert.equal(a.terms[0]!.aborted, true);
    server.down = false;
    await pass(clock, 4_000);
    assert.equal(a.terms.length, 2);
    a.stop.abort();
    await a.ended;
  });

  it('returns and releases when the work ends by itself', async () => {
    const server = new LeaseServer();
    const clock = new FakeClock();
    await runAsLeader(
      {
        client: server.client(),
        clock,
        logger: silentLogger,
        lease: { namespace: 'n', name: 'x' },
        identity: 'a',
      },
      () => Promise.resolve(),
      new AbortController().signal,
    );
    assert.equal(server.spec().holderIdentity, '');
    assert.equal(clock.pending, 0);
  });
});
