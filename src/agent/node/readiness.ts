import type { Clock } from '../../base/clock.ts';
import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { NodeReadiness } from './nodeStatus.ts';

/** Something that a node's readiness depends on. */
export interface ReadinessSource {
  readonly readiness: NodeReadiness;
  /** Called with each change of `readiness`. */
  onChange(listener: () => void): Disposable;
}

/** Ready when all are; the message says what is missing. */
export function combinedReadiness(sources: readonly ReadinessSource[]): NodeReadiness {
  const missing = unready(sources);
  return { ready: missing.length === 0, message: missing.map(({ message }) => message).join(', ') };
}

/** A start of the agent alone is over by then, and nobody is to hear that its node is not ready. */
const START_MS = 2_000;

/**
 * Resolves when there is something to be said about the readiness of a node whose agent has just started: all is ready,
 * or something will not be so soon. `isNew`: its Node object is yet to be made, and nothing that waits for it comes
 * before.
 */
export async function pastStart(
  sources: readonly ReadinessSource[],
  isNew: boolean,
  clock: Pick<Clock, 'timeout'>,
  signal: AbortSignal,
): Promise<void> {
  const waits = (): boolean => {
    const missing = unready(sources);
    return (
      missing.length > 0 &&
      missing.every(({ waitsFor }) => waitsFor === 'start' || (waitsFor === 'node' && !isNew))
    );
  };
  if (!waits() || signal.aborted) return;
  const store = new DisposableStore();
  await new Promise<void>((resolve) => {
    const done = (): void => resolve();
    store.add(clock.timeout(START_MS, done));
    for (const source of sources) store.add(source.onChange(() => waits() || done()));
    signal.addEventListener('abort', done, { once: true });
    store.add({ dispose: () => signal.removeEventListener('abort', done) });
  });
  store.dispose();
}

function unready(sources: readonly ReadinessSource[]): readonly NodeReadiness[] {
  return sources.map(({ readiness }) => readiness).filter(({ ready }) => !ready);
}
