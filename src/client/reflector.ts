import { isAborted } from '../base/abort.ts';
import { exponentialBackoff, type BackoffOptions } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import { isExpired, isReason } from '../api/status.ts';
import type { Client, ObjectEvent } from './contract.ts';

/** The receiver of everything that a reflector reads. */
export interface ReflectorSink<T extends KubeObject> {
  /** Everything there is, at `resourceVersion`: what is missing here is gone. */
  replace(objects: readonly T[], resourceVersion: string): void;
  apply(event: ObjectEvent<T>): void;
  /** Why nothing can be read at the moment; undefined when it can again. */
  fail?(failure: Error | undefined): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Fraction of jitter comes from here; default Math.random through the caller. */
  readonly random?: (() => number) | undefined;
  /** The longest delay between attempts. Default 30 s; nodes, which are few, come back sooner. */
  readonly maxRetryMs?: number | undefined;
}

/** Delays after a failed list or watch (client-go `tools/cache/reflector.go`). */
const RETRY: BackoffOptions = { initialMs: 800, maxMs: 30_000, jitter: 1 };

/** A watch that lived less than this counts as failed: a server that ends watches at once must not be hammered. */
const SHORT_WATCH_MS = 1_000;

/**
 * Keeps a sink in step with the server: one list, then watches that each continue where the last one ended; lists
 * again when the server has forgotten the revision (410) or refuses it. Returns when the signal aborts.
 */
export async function reflect<T extends KubeObject>(
  sink: ReflectorSink<T>,
  options: ReflectorOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { client, resource, namespace, fieldSelector, labelSelector, clock } = options;
  const logger = options.logger.with({ resource: resource.plural });
  const selection = {
    signal,
    ...(namespace === undefined ? {} : { namespace }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
  const fresh = exponentialBackoff({
    ...RETRY,
    maxMs: options.maxRetryMs ?? RETRY.maxMs,
    ...(options.random && { random: options.random }),
  });
  let backoff = fresh;
  let revision: string | undefined;

  while (!signal.aborted) {
    const started = clock.now();
    try {
      if (revision === undefined) {
        const list = await client.list(resource, selection);
        revision = list.metadata.resourceVersion ?? '0';
        sink.replace(list.items, revision);
        sink.fail?.(undefined);
      }
      for await (const batch of client.watch(resource, {
        ...selection,
        resourceVersion: revision,
        allowBookmarks: true,
      })) {
        sink.fail?.(undefined);
        for (const event of batch) sink.apply(event);
        const last = batch.at(-1);
        if (last !== undefined) revision = revisionOf(last);
        backoff = fresh;
      }
      if (clock.now() - started >= SHORT_WATCH_MS) continue;
    } catch (error) {
      if (isAborted(signal)) return;
      // A server that is away or busy comes back with its past; after anything else the state is read again.
      const keepsPast = isReason(error, 'ServiceUnavailable', 'TooManyRequests');
      if (isExpired(error)) logger.debug('revision expired, listing again', { revision });
      else {
        logger.warn('list or watch failed', { error });
        sink.fail?.(error instanceof Error ? error : new Error(String(error)));
      }
      if (!keepsPast) revision = undefined;
      // The first time at once: a client that fell behind in a burst must not fall further behind.
      if (isExpired(error) && backoff === fresh) {
        backoff = fresh.next();
        continue;
      }
    }
    if (isAborted(signal)) return;
    await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
    backoff = backoff.next();
  }
}

function revisionOf(event: ObjectEvent<KubeObject>): string {
  return event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
}
