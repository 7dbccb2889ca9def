import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { type Backoff, exponentialBackoff } from '../../base/backoff.ts';
import type { Logger } from '../../base/logger.ts';
import { pods } from '../../api/resources.ts';
import { isConflict, isNotFound, isReason } from '../../api/status.ts';
import type { Pod, PodStatus } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { statusPatch, withStatus } from './statusPatch.ts';

/** Writes pod statuses: one write at a time per pod, always of the latest, and only where something differs. */
export interface StatusManager {
  set(pod: Pod, status: PodStatus): void;
  /**
   * The newest state of the pod that is known: what the informer shows or a write answered, with the status that is
   * still to be written. The next status is made from it: made from what the API shows, it would take over what a
   * write under way is about to replace, and the two would replace each other for ever.
   */
  latest(pod: Pod): Pod;
  /** After the last status is written: the pod goes from the API. */
  remove(pod: Pod): void;
  forget(uid: string): void;
  /** Resolves when the API has all that was set for the pod, or will never have it. */
  written(uid: string): Promise<void>;
  /** Resolves when no write is under way. */
  settled(): Promise<void>;
}

interface Entry {
  base: Pod;
  wanted: PodStatus | undefined;
  removal: 'none' | 'due' | 'done';
  writing: Promise<void> | undefined;
}

export interface StatusManagerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const STRATEGIC_MERGE = 'application/strategic-merge-patch+json';

const RETRY: Backoff = exponentialBackoff({ initialMs: 200, maxMs: 5_000 });

export function createStatusManager(options: StatusManagerOptions): StatusManager {
  const { client, clock, logger, signal } = options;
  const entries = new Map<string, Entry>();

  const entryOf = (pod: Pod): Entry => {
    let entry = entries.get(pod.metadata.uid);
    if (entry === undefined) {
      entry = { base: pod, wanted: undefined, removal: 'none', writing: undefined };
      entries.set(pod.metadata.uid, entry);
    }
    if (isNewer(pod, entry.base)) entry.base = pod;
    return entry;
  };
  const hasWork = (uid: string, entry: Entry): boolean =>
    !signal.aborted && entries.get(uid) === entry && (entry.wanted !== undefined || entry.removal === 'due');

  const writeOnce = async (uid: string, entry: Entry): Promise<void> => {
    const { base, wanted } = entry;
    if (wanted === undefined) {
      await client.delete(pods, nameOf(base), { gracePeriodSeconds: 0, preconditions: { uid }, signal });
      entry.removal = 'done';
      return;
    }
    const patch = statusPatch(base, wanted);
    if (patch !== undefined) {
      const written = await client.patch(pods, nameOf(base), STRATEGIC_MERGE, patch, {
        subresource: 'status',
        signal,
      });
      if (isNewer(written, entry.base)) entry.base = written;
    }
    if (entry.wanted === wanted) entry.wanted = undefined;
  };

  /** Ends in the same turn in which it finds no more work: what comes later starts over. */
  const write = async (uid: string, entry: Entry): Promise<void> => {
    let backoff = RETRY;
    while (hasWork(uid, entry)) {
      try {
        await writeOnce(uid, entry);
        backoff = RETRY;
      } catch (error) {
        if (isAborted(signal)) break;
        if (isNotFound(error)) {
          entry.wanted = undefined;
          entry.removal = 'done';
          break;
        }
        // Others were faster again and again; or another pod has the name now, and this one is soon forgotten.
        if (!isConflict(error)) logger.warn('pod status not written', { ...nameOf(entry.base), error });
        if (isReason(error, 'Invalid', 'BadRequest') && entry.wanted !== undefined) {
          entry.wanted = undefined;
          continue;
        }
        await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
        backoff = backoff.next();
      }
    }
    entry.writing = undefined;
  };
  const kick = (uid: string, entry: Entry): void => {
    entry.writing ??= Promise.resolve().then(() => write(uid, entry));
  };

  return {
    set(pod, status) {
      const entry = entryOf(pod);
      if (entry.writing === undefined && statusPatch(entry.base, status) === undefined) return;
      entry.wanted = status;
      kick(pod.metadata.uid, entry);
    },
    latest(pod) {
      const { base, wanted } = entryOf(pod);
      return wanted === undefined ? base : withStatus(base, wanted);
    },
    remove(pod) {
      const entry = entryOf(pod);
      if (entry.removal === 'none') entry.removal = 'due';
      kick(pod.metadata.uid, entry);
    },
    forget(uid) {
      entries.delete(uid);
    },
    written: (uid) => entries.get(uid)?.writing ?? Promise.resolve(),
    async settled() {
      await Promise.all([...entries.values()].flatMap(({ writing }) => writing ?? []));
    },
  };
}

function nameOf({ metadata: { namespace, name } }: Pod): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace, name };
}

function isNewer(pod: Pod, than: Pod): boolean {
  return pod !== than && BigInt(pod.metadata.resourceVersion) > BigInt(than.metadata.resourceVersion);
}
