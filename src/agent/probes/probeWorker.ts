import { untilAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Probe } from '../../api/types.ts';
import type { ProbeOutcome } from './outcome.ts';

export type ProbeType = 'startup' | 'liveness' | 'readiness';

export interface ProbeWorkerOptions {
  readonly type: ProbeType;
  readonly probe: Probe;
  /** When the container started, in ms. */
  readonly startedAt: number;
  readonly clock: Clock;
  /** Liveness and readiness wait for it; already resolved where there is no startup probe. */
  readonly startupDone: Promise<unknown>;
  run(signal: AbortSignal): Promise<ProbeOutcome>;
  /** The outcome of every run. */
  onOutcome(outcome: ProbeOutcome): void;
  /** The threshold is reached: the result is now this. Called for changes only. */
  onResult(success: boolean): void;
  readonly initial: boolean | undefined;
}

/**
 * One probe of one container instance, over and over. Polls by nature: a probe is a question asked at intervals
 * (kubelet `pkg/kubelet/prober/worker.go`). The first run comes right after initialDelaySeconds.
 */
export async function probeWorker(options: ProbeWorkerOptions, signal: AbortSignal): Promise<void> {
  const { type, probe, clock } = options;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  let result = options.initial;
  let last: boolean | undefined;
  let streak = 0;
  try {
    await untilAborted(options.startupDone, signal);
    const initial = (probe.initialDelaySeconds ?? 0) * 1000;
    // A start that lies ahead is of a clock that was set back since.
    const delay = Math.min(options.startedAt + initial - clock.now(), initial);
    if (delay > 0) await clock.sleep(delay, signal);
    for (;;) {
      const begun = clock.monotonic();
      const outcome = await options.run(signal);
      signal.throwIfAborted();
      options.onOutcome(outcome);
      streak = outcome.success === last ? streak + 1 : 1;
      last = outcome.success;
      const threshold = outcome.success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
      if (streak >= threshold && outcome.success !== result) {
        result = outcome.success;
        options.onResult(result);
      }
      // A startup probe has done its work; a container that failed waits for its restart, which brings a new worker.
      if (streak >= threshold && (type === 'startup' || (type === 'liveness' && !outcome.success))) return;
      await clock.sleep(Math.max(periodMs - (clock.monotonic() - begun), 0), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
