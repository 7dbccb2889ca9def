import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { type Backoff, exponentialBackoff } from '../../base/backoff.ts';
import type { Logger } from '../../base/logger.ts';
import { pods } from '../../api/resources.ts';
import { isConflict, isNotFound, isReason } from '../../api/status.ts';
import type { Pod, PodStatus } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { statusPatch } from './statusPatch.ts';

/** Writes pod statuses: one write at a time per pod, always of the latest, and only where something differs. */
export interface StatusManager {
  set(pod: Pod, status: PodStatus): void;
  /** The newest state of the pod that is known: what the informer shows, or what a write answered. */
  latest(pod: Pod): Pod;
  /** After the last status is written: the pod goes from the API. */
  remove(pod: Pod): void;
  forget(uid: string): void;
  /** Resolves when no write is under way. */
  settled(): Promise<void>;
}

interface Entry {
  base: Pod;
  wanted: PodStatus | undefined;
  remove: boolean;
  writing: Promise<void> | undefined;
}

export interface StatusManagerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const RETRY: Backoff = exponentialBackoff({ initialMs: 200, maxMs: 5_000 });

export function createStatusManager(options: StatusManagerOptions): StatusManager {
  const { client, clock, logger, signal } = options;
  const entries = new Map<string, Entry>();

  const entryOf = (pod: Pod): Entry => {
    let entry = entries.get(pod.metadata.uid);
    if (entry === undefined) {
      entry = { base: pod, wanted: undefined, remove: false, writing: undefined };
      entries.set(pod.metadata.uid, entry);
    }
    if (isNewer(pod, entry.base)) entry.base = pod;
    return entry;
  };
  const write = async (uid: string, entry: Entry): Promise<void> => {
    let backoff = RETRY;
    while (!signal.aborted && entries.get(uid) === entry) {
      const name = { namespace: entry.base.metadata.namespace, name: entry.base.metadata.name };
      try {
        if (entry.wanted !== undefined) {
          const { wanted } = entry;
          const patch = statusPatch(entry.base, wanted);
          if (patch !== undefined) {
            const written = await client.patch(pods, name, 'application/strategic-merge-patch+json', patch, {
              subresource: 'status',
              signal,
            });
            if (isNewer(written, entry.base)) entry.base = written;
          }
          if (entry.wanted === wanted) entry.wanted = undefined;
          backoff = RETRY;
        } else if (entry.remove) {
          await client.delete(pods, name, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
          return;
        } else return;
      } catch (error) {
        if (isAborted(signal)) return;
        // Gone, or another pod has the name now.
        if (isNotFound(error) || isConflict(error)) return;
        logger.warn('pod status not written', { pod: name.name, namespace: name.namespace, error });
        if (isReason(error, 'Invalid', 'BadRequest')) {
          entry.wanted = undefined;
          return;
        }
        await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
        backoff = backoff.next();
      }
    }
  };
  const kick = (uid: string, entry: Entry): void => {
    if (entry.writing !== undefined) return;
    entry.writing = write(uid, entry).finally(() => {
      entry.writing = undefined;
    });
  };

  return {
    set(pod, status) {
      const entry = entryOf(pod);
      if (entry.writing === undefined && statusPatch(entry.base, status) === undefined) return;
      entry.wanted = status;
      kick(pod.metadata.uid, entry);
    },
    latest: (pod) => entryOf(pod).base,
    remove(pod) {
      const entry = entryOf(pod);
      if (entry.remove) return;
      entry.remove = true;
      if (entry.writing === undefined) kick(pod.metadata.uid, entry);
      // A write that is just ending has looked at `remove` already, or not: look again behind it.
      else void entry.writing.then(() => kick(pod.metadata.uid, entry));
    },
    forget(uid) {
      entries.delete(uid);
    },
    async settled() {
      await Promise.all([...entries.values()].flatMap(({ writing }) => writing ?? []));
    },
  };
}

function isNewer(pod: Pod, than: Pod): boolean {
  return pod !== than && BigInt(pod.metadata.resourceVersion) > BigInt(than.metadata.resourceVersion);
}
