import { type Backoff, exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';

/**
 * One worker per pod UID: passes of the same pod never overlap, and of several wake-ups that come during a pass one
 * more pass is made (kubelet `pod_workers.go`: the latest desired state wins). A pass that fails is made again.
 */
export interface PodWorkers {
  wake(uid: string): void;
  /** Unless another pass comes before. */
  wakeAfter(uid: string, ms: number): void;
  /** Cuts the pass short that is under way (its signal aborts) and makes another. */
  interrupt(uid: string): void;
  /** Cuts all passes short and resolves when they have ended. */
  stop(): Promise<void>;
}

export interface PodWorkersOptions {
  readonly clock: Pick<Clock, 'timeout'>;
  /** One pass over a pod. */
  sync(uid: string, signal: AbortSignal): Promise<void>;
  onError(uid: string, error: unknown): void;
}

interface Worker {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  hasBegun: boolean;
  again: boolean;
}

const RETRY: Backoff = exponentialBackoff({ initialMs: 1_000, maxMs: 15_000 });

export function createPodWorkers(options: PodWorkersOptions): PodWorkers {
  const { clock } = options;
  const workers = new Map<string, Worker>();
  const timers = new Map<string, Disposable>();
  const retries = new Map<string, Backoff>();
  let isStopped = false;

  const pass = async (uid: string, signal: AbortSignal): Promise<void> => {
    timers.get(uid)?.dispose();
    timers.delete(uid);
    try {
      await options.sync(uid, signal);
      retries.delete(uid);
    } catch (error) {
      if (signal.aborted) return;
      options.onError(uid, error);
      const backoff = retries.get(uid) ?? RETRY;
      retries.set(uid, backoff.next());
      wakeAfter(uid, backoff.delayMs);
    }
  };
  const start = (uid: string): void => {
    const abort = new AbortController();
    // In a later turn, so that wake-ups of one event make one pass.
    const done = Promise.resolve()
      .then(() => {
        worker.hasBegun = true;
        return isStopped ? undefined : pass(uid, abort.signal);
      })
      .then(() => {
        workers.delete(uid);
        if (worker.again && !isStopped) start(uid);
      });
    const worker: Worker = { abort, done, hasBegun: false, again: false };
    workers.set(uid, worker);
  };
  const wake = (uid: string): void => {
    if (isStopped) return;
    const worker = workers.get(uid);
    if (worker === undefined) start(uid);
    else worker.again ||= worker.hasBegun;
  };
  const wakeAfter = (uid: string, ms: number): void => {
    if (isStopped) return;
    timers.get(uid)?.dispose();
    timers.set(
      uid,
      clock.timeout(ms, () => wake(uid)),
    );
  };

  return {
    wake,
    wakeAfter,
    interrupt(uid) {
      const worker = workers.get(uid);
      if (worker?.hasBegun === true) worker.abort.abort();
      wake(uid);
    },
    async stop() {
      isStopped = true;
      for (const timer of timers.values()) timer.dispose();
      timers.clear();
      for (const worker of workers.values()) worker.abort.abort();
      await Promise.all([...workers.values()].map(({ done }) => done));
    },
  };
}
