/** Behind a call, so that the check after an `await` is not taken for the one before it. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits for the work until the signal aborts, and rejects then; the work itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

export interface Deadline {
  /** Aborts with the outer signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** True once the time was over first. */
  readonly isOver: boolean;
}

/**
 * Runs work under a signal and a time limit. By hand: of `AbortSignal.any` on a signal that lives long, Node 20 keeps
 * every result for ever.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    abort.abort(new Error('the time is over'));
  }, ms);
  const onAbort = (): void => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work({
      signal: abort.signal,
      get isOver() {
        return isOver;
      },
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
