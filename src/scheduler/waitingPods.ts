import type { Clock } from '../base/clock.ts';
import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Pod } from '../api/types.ts';
import type { PermitDecisions, Status } from './framework.ts';

/** Pods that a permit plugin holds between their decision and their binding. */
export class WaitingPods implements PermitDecisions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Deferred<Status | undefined>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with undefined when allowed, with a rejection when refused or when the time is up. */
  async wait(pod: Pod, plugin: string, timeoutMs: number): Promise<Status | undefined> {
    const deferred = createDeferred<Status | undefined>();
    this.#waiting.set(pod.metadata.uid, deferred);
    const timer = this.#clock.timeout(timeoutMs, () =>
      deferred.resolve({ code: 'Unschedulable', reasons: [`timeout on waiting for permit`], plugin }),
    );
    try {
      return await deferred.promise;
    } finally {
      timer.dispose();
      this.#waiting.delete(pod.metadata.uid);
    }
  }

  allow(pod: Pod): void {
    this.#waiting.get(pod.metadata.uid)?.resolve(undefined);
  }

  reject(pod: Pod, plugin: string, reason: string): void {
    this.#waiting.get(pod.metadata.uid)?.resolve({ code: 'Unschedulable', reasons: [reason], plugin });
  }

  rejectAll(reason: string): void {
    for (const deferred of this.#waiting.values())
      deferred.resolve({ code: 'Unschedulable', reasons: [reason] });
  }
}
