import { isAborted } from '../../base/abort.ts';
import { type Backoff, exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentPart } from '../part.ts';
import type { Runtime, RuntimeEvent, SandboxStatus } from '../runtime/contract.ts';
import { isManaged } from './identity.ts';
import type { PodBus } from './podBus.ts';
import type { PodFiles } from './podFiles.ts';

/** The state of the runtime. All of it is read at the start; events then keep it up to date. */
export interface RuntimeView extends AgentPart {
  /** The pod's sandboxes, newest first. */
  forPod(uid: string): readonly SandboxStatus[];
  uids(): readonly string[];
  /** Reads one sandbox again; what the read shows is not older than the call. */
  refresh(sandbox: string): Promise<void>;
  /** Reads everything again. */
  relist(): Promise<void>;
  /** Resolves when everything has been read once. */
  readonly synced: Promise<unknown>;
}

export interface RuntimeViewOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where containers leave what they said when they ended; read once, before the view shows the end. */
  readonly files: Pick<PodFiles, 'terminationMessage'>;
  /** Told of what has changed by itself, after the view shows it. */
  readonly bus: Pick<PodBus, 'tell'>;
}

const RETRY: Backoff = exponentialBackoff({ initialMs: 100, maxMs: 2_000 });
/** Ends are told of whatever happens; what somebody else does to the runtime's sandboxes is found now and then. */
const SAFETY_MS = 300_000;

export function createRuntimeView(options: RuntimeViewOptions): RuntimeView {
  const { runtime, clock, logger, files, bus } = options;
  const sandboxes = new Map<string, SandboxStatus>();
  const byPod = new Map<string, Set<string>>();
  /** A read that is under way, and the one that follows it for those who came meanwhile. */
  const reads = new Map<string, { readonly current: Promise<void>; next?: Promise<void> }>();

  const synced = createDeferred<undefined>();
  /** Reads of single sandboxes so far, and which one each was read by last. */
  let readCount = 0;
  const lastRead = new Map<string, number>();

  /** The status with what its containers said in the end. */
  const described = async (status: SandboxStatus): Promise<SandboxStatus> => {
    const known = sandboxes.get(status.id)?.containers ?? [];
    const containers = status.containers.map(async (container) => {
      if (container.state !== 'exited') return container;
      const before = known.find(({ id, state }) => id === container.id && state === 'exited');
      if (before !== undefined) return before;
      const message = await files.terminationMessage(status, container);
      return message === '' ? container : { ...container, message };
    });
    return { ...status, containers: await Promise.all(containers) };
  };

  const put = (status: SandboxStatus): void => {
    sandboxes.set(status.id, status);
    const ids = byPod.get(status.uid);
    if (ids === undefined) byPod.set(status.uid, new Set([status.id]));
    else ids.add(status.id);
  };
  const drop = (id: string): void => {
    const old = sandboxes.get(id);
    sandboxes.delete(id);
    lastRead.delete(id);
    if (old === undefined) return;
    const ids = byPod.get(old.uid);
    ids?.delete(id);
    if (ids?.size === 0) byPod.delete(old.uid);
  };

  const read = async (id: string): Promise<void> => {
    const status = await runtime.status(id);
    if (status === undefined) drop(id);
    else if (isManaged(status)) {
      const complete = await described(status);
      lastRead.set(id, ++readCount);
      put(complete);
    }
  };
  const refresh = (id: string): Promise<void> => {
    const entry = reads.get(id);
    if (entry !== undefined) {
      entry.next ??= entry.current.catch(() => undefined).then(() => refresh(id));
      return entry.next;
    }
    const current = read(id).finally(() => reads.delete(id));
    reads.set(id, { current });
    return current;
  };
  const relist = async (): Promise<void> => {
    const before = readCount;
    const present = await Promise.all((await runtime.list()).filter(isManaged).map(described));
    /** Entries that were read one by one meanwhile are newer than the list. */
    const isOlder = (id: string): boolean => (lastRead.get(id) ?? 0) <= before;
    const uids = new Set(byPod.keys());
    const ids = new Set(present.map(({ id }) => id));
    for (const id of [...sandboxes.keys()]) if (!ids.has(id) && isOlder(id)) drop(id);
    for (const status of present) {
      if (isOlder(status.id)) put(status);
      uids.add(status.uid);
    }
    for (const uid of uids) bus.tell(uid, 'runtime');
  };

  /** Reads everything until it has worked. */
  const relistSurely = async (signal: AbortSignal): Promise<void> => {
    for (let backoff = RETRY; !isAborted(signal); backoff = backoff.next()) {
      try {
        await relist();
        return;
      } catch (error) {
        logger.warn('the container runtime does not answer', { error });
        await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
      }
    }
  };
  const relistNowAndThen = async (signal: AbortSignal): Promise<void> => {
    while (!isAborted(signal)) {
      await clock.sleep(SAFETY_MS, signal).catch(() => undefined);
      await relistSurely(signal);
    }
  };

  const handle = async (event: RuntimeEvent, signal: AbortSignal): Promise<void> => {
    if (event.type === 'reconnected') {
      await relistSurely(signal);
      return;
    }
    const before = sandboxes.get(event.sandbox)?.uid;
    try {
      await refresh(event.sandbox);
    } catch (error) {
      // The event will not come again: what it told of is found by reading everything.
      logger.warn('runtime event not followed up', { event, error });
      await relistSurely(signal);
    }
    const uid = sandboxes.get(event.sandbox)?.uid ?? before;
    if (uid !== undefined) bus.tell(uid, 'runtime');
  };

  return {
    forPod(uid) {
      const ids = byPod.get(uid);
      if (ids === undefined) return [];
      const found = [...ids].map((id) => sandboxes.get(id)).filter((status) => status !== undefined);
      return found.sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt);
    },
    uids: () => [...byPod.keys()],
    refresh,
    relist,
    synced: synced.promise,
    async run(signal) {
      const follow = async (): Promise<void> => {
        for await (const event of runtime.events(signal)) void handle(event, signal);
      };
      const following = follow();
      await relistSurely(signal);
      synced.resolve(undefined);
      await Promise.all([following, relistNowAndThen(signal)]);
    },
  };
}
