import { isAborted } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { draftOf, type ObjectName } from '../api/meta.ts';
import { leases } from '../api/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../api/status.ts';
import { microTimeOf } from '../api/time.ts';
import type { Lease } from '../api/types.ts';
import type { Client } from './contract.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lease: ObjectName & { readonly namespace: string };
  /** Unique among the candidates: `HOST_UUID` upstream. */
  readonly identity: string;
  /** How long others wait after the last renewal that they saw. Default 15 s. */
  readonly leaseDurationMs?: number;
  /** How long the leader tries to renew before it gives up. Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Default 2 s. */
  readonly retryPeriodMs?: number;
}

/**
 * Runs `lead` while this candidate holds the Lease (client-go `tools/leaderelection`): waits for it, renews it, aborts
 * `lead`'s signal when it is lost and waits for `lead` to end, then stands again. Returns, with the Lease released,
 * when the signal aborts or `lead` has ended by itself.
 *
 * The Lease is asked for every retry period, as upstream does: a leader that died writes nothing that one could wait
 * for.
 */
export async function runAsLeader(
  options: LeaderElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, retryPeriodMs = 2_000 } = options;
  const candidate = new Candidate(options);
  while (!signal.aborted) {
    if (!(await candidate.tryToHold(signal))) {
      await clock.sleep(retryPeriodMs, signal).catch(() => undefined);
      continue;
    }
    const term = new AbortController();
    const end = (): void => term.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    if (isAborted(signal)) end();
    const leading = lead(term.signal).finally(() => term.abort());
    // Its failure is told by the await below, after the renewals have ended.
    leading.catch(() => undefined);
    const lost = await candidate.renewUntil(term.signal);
    term.abort();
    signal.removeEventListener('abort', end);
    try {
      await leading;
    } finally {
      if (!lost) await candidate.release();
    }
    if (!lost) return;
  }
}

class Candidate {
  readonly #options: LeaderElectionOptions;
  readonly #leaseMs: number;
  #observed: Lease | undefined;
  #observedAt = 0;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseDurationMs ?? 15_000;
  }

  /** Takes or renews the Lease; false where another holds it or the API does not answer. */
  async tryToHold(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#take(signal);
    } catch (error) {
      if (!signal.aborted && !isConflict(error) && !isAlreadyExists(error)) {
        this.#options.logger.warn('lease could not be taken', { lease: this.#options.lease.name, error });
      }
      return false;
    }
  }

  /** True when the Lease was lost, false when the signal ended the term. */
  async renewUntil(signal: AbortSignal): Promise<boolean> {
    const { clock, logger, lease, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = this.#options;
    let renewed = clock.now();
    while (!signal.aborted) {
      await clock.sleep(retryPeriodMs, signal).catch(() => undefined);
      if (isAborted(signal)) return false;
      if (await this.tryToHold(signal)) renewed = clock.now();
      else if (!isAborted(signal) && clock.now() - renewed >= renewDeadlineMs) {
        logger.error('leader election lost', { lease: lease.name });
        return true;
      }
    }
    return false;
  }

  /** Lets the next candidate in at once. */
  async release(): Promise<void> {
    const { client, clock, identity, logger, lease } = this.#options;
    if (this.#observed?.spec?.holderIdentity !== identity) return;
    const draft = draftOf(this.#observed);
    const now = microTimeOf(clock.now());
    draft.spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: now,
      acquireTime: now,
      leaseTransitions: draft.spec?.leaseTransitions ?? 0,
    };
    try {
      await client.update(leases, draft);
    } catch (error) {
      logger.warn('lease could not be released', { lease: lease.name, error });
    }
  }

  async #take(signal: AbortSignal): Promise<boolean> {
    const { client, clock, identity, lease } = this.#options;
    const current = await this.#read(signal);
    const now = microTimeOf(clock.now());
    const held = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(this.#leaseMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    };
    if (current === undefined) {
      this.#observe(await client.create(leases, { metadata: { ...lease }, spec: held }, { signal }));
      return true;
    }
    this.#observe(current);
    const holder = current.spec?.holderIdentity ?? '';
    const mine = holder === identity;
    if (!mine && holder !== '' && clock.now() < this.#observedAt + this.#leaseMs) return false;

    const draft = draftOf(current);
    const transitions = current.spec?.leaseTransitions ?? 0;
    draft.spec = mine
      ? { ...held, acquireTime: current.spec?.acquireTime ?? now, leaseTransitions: transitions }
      : { ...held, leaseTransitions: transitions + 1 };
    this.#observe(await client.update(leases, draft, { signal }));
    return true;
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#options.client.get(leases, this.#options.lease, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Other clocks are not trusted: what counts is when this candidate saw the Lease change. */
  #observe(lease: Lease): void {
    if (this.#observed?.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#observed = lease;
    this.#observedAt = this.#options.clock.now();
  }
}
