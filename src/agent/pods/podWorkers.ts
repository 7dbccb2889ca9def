/**
 * One worker per pod UID: passes of the same pod never overlap, and of several wake-ups that come during a pass one
 * more pass is made (kubelet `pod_workers.go`: the latest desired state wins).
 */
export interface PodWorkers {
  wake(uid: string): void;
  /** Cuts the pass short that is under way (its signal aborts) and makes another. */
  interrupt(uid: string): void;
  /** Cuts all passes short and resolves when they have ended. */
  stop(): Promise<void>;
}

export interface PodWorkersOptions {
  /** One pass over a pod. Must not throw for what concerns the pod alone. */
  sync(uid: string, signal: AbortSignal): Promise<void>;
  onError(uid: string, error: unknown): void;
}

interface Worker {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  again: boolean;
}

export function createPodWorkers(options: PodWorkersOptions): PodWorkers {
  const workers = new Map<string, Worker>();
  let stopped = false;

  const start = (uid: string): void => {
    const abort = new AbortController();
    // The pass begins in a later turn, so that wake-ups of one event make one pass.
    const done = Promise.resolve()
      .then(() => options.sync(uid, abort.signal))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) options.onError(uid, error);
      })
      .then(() => {
        const { again } = worker;
        workers.delete(uid);
        if (again && !stopped) start(uid);
      });
    const worker: Worker = { abort, done, again: false };
    workers.set(uid, worker);
  };
  const wake = (uid: string): void => {
    if (stopped) return;
    const worker = workers.get(uid);
    if (worker === undefined) start(uid);
    else worker.again = true;
  };

  return {
    wake,
    interrupt(uid) {
      workers.get(uid)?.abort.abort();
      wake(uid);
    },
    async stop() {
      stopped = true;
      for (const worker of workers.values()) worker.abort.abort();
      await Promise.all([...workers.values()].map(({ done }) => done));
    },
  };
}
