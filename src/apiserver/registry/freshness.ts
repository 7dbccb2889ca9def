import { StatusError } from '../../api/status.ts';
import type { WriteResult } from '../../storage/contract.ts';
import type { RegistryOptions, WriteContext } from './context.ts';

/** How long a read waits for a revision that is not there yet (apiserver `pkg/storage/cacher`). */
const WAIT_MS = 3_000;

/**
 * Returns the signal of the client, which aborts the wait. Called only if there is something to wait for, which is
 * rare.
 */
export type GetSignal = () => AbortSignal;

/**
 * Waits until the cache shows a revision; undefined where it does already.
 * @throws StatusError Timeout (504) where it does not come in time
 */
export function waitUntilFresh(
  registry: Pick<RegistryOptions, 'cache' | 'clock'>,
  revision: number,
  signal: GetSignal,
): Promise<void> | undefined {
  return registry.cache.revision() >= revision ? undefined : waitFor(registry, revision, signal());
}

async function waitFor(
  registry: Pick<RegistryOptions, 'cache' | 'clock'>,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  const giveUp = new AbortController();
  const timer = registry.clock.timeout(WAIT_MS, () => giveUp.abort());
  try {
    await registry.cache.waitFor(revision, AbortSignal.any([signal, giveUp.signal]));
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    throw tooLarge(revision, registry.cache.revision());
  } finally {
    timer.dispose();
  }
}

/**
 * Waits until the cache shows everything that was written before, by whichever server. A read that must be the newest
 * begins with it, and so does what takes the absence of an object as a fact.
 * @throws StatusError Timeout (504) where it does not come in time
 */
export async function catchUp(
  registry: Pick<RegistryOptions, 'cache' | 'storage' | 'clock'>,
  signal: GetSignal,
): Promise<void> {
  const { revision } = await registry.storage.status();
  const waiting = waitUntilFresh(registry, revision, signal);
  if (waiting !== undefined) await waiting;
}

/**
 * After a refusal: whether it was about a state of the object that is past by now, as another server may have changed it.
 * `seen`: the revision that it was about, undefined for none.
 */
export async function isPast(
  registry: Pick<RegistryOptions, 'cache' | 'storage' | 'clock'>,
  context: WriteContext,
  key: string,
  seen: number | undefined,
): Promise<boolean> {
  if (context.signal().aborted) return false;
  await catchUp(registry, context.signal);
  return registry.cache.get(key)?.revision !== seen;
}

/**
 * After each write, until the cache shows what it made or what won against it: the next attempt, and everyone who reads
 * after the answer, must see that, however late the store's watch is. Undefined where it does already.
 */
export function caughtUp(
  { cache }: Pick<RegistryOptions, 'cache'>,
  context: WriteContext,
  { revision }: WriteResult,
): Promise<void> | undefined {
  return cache.revision() < revision ? cache.waitFor(revision, context.signal()) : undefined;
}

function tooLarge(requested: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${requested}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}
