import type { Clock } from '../../base/clock.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { Progress } from '../../cluster/machines/contract.ts';
import { Work } from './work.ts';

/** The user cancelled a work. */
export class WorkCancelled extends Error {
  override readonly name = 'WorkCancelled';
}

/** Runs with the steps and the signal that it is given. */
export type Act<T> = (progress: Progress, signal: AbortSignal) => Promise<T>;

export interface WorkRequest<T> {
  readonly cluster: string;
  readonly title: string;
  /** Told each step, beside who asks here. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly act: Act<T>;
}

export interface RunningWorkOptions {
  readonly clock: Clock;
  /** A work has begun. */
  readonly onBegin: () => void;
  /** The work on this cluster has come further. */
  readonly onProgress: (cluster: string) => void;
  /** The work on this cluster is over; it is forgotten with `end` when what it has changed is known. */
  readonly onOver: (cluster: string) => Promise<void>;
}

/** What is being done with clusters, one work at a time for each, and which machines failed in it. */
export class RunningWork {
  readonly #options: RunningWorkOptions;
  readonly #work = new Map<string, Work>();
  readonly #failures = new Map<string, Map<string, string>>();

  constructor(options: RunningWorkOptions) {
    this.#options = options;
  }

  get(cluster: string): Work | undefined {
    return this.#work.get(cluster);
  }

  /** Machines that could not be had when they were last worked on, and why. */
  failures(cluster: string): ReadonlyMap<string, string> {
    return this.#failures.get(cluster) ?? new Map<string, string>();
  }

  /** Rejects with a ClusterError where there is another work, with WorkCancelled where it was cancelled. */
  async run<T>({ cluster, title, progress, signal, act }: WorkRequest<T>): Promise<T> {
    const other = this.#work.get(cluster);
    if (other !== undefined) {
      throw new ClusterError(`${other.title} is under way`, 'Wait until it is done, or cancel it.');
    }
    const { clock, onBegin, onProgress, onOver } = this.#options;
    const work = new Work({ title, clock, onChange: () => onProgress(cluster) });
    const either = AbortSignal.any([signal, work.signal]);
    const told: Progress = {
      ...progress,
      report(step) {
        progress.report(step);
        work.report(step);
      },
    };
    this.#work.set(cluster, work);
    onBegin();
    try {
      return await act(told, either);
    } catch (error) {
      if (either.aborted) throw new WorkCancelled(`${title} was cancelled.`, { cause: error });
      throw error;
    } finally {
      this.#remember(cluster, work);
      await onOver(cluster);
    }
  }

  end(cluster: string): void {
    this.#work.delete(cluster);
  }

  /** The cluster is gone. */
  forget(cluster: string): void {
    this.#failures.delete(cluster);
  }

  /** Why machines failed is shown until they are worked on again. */
  #remember(cluster: string, work: Work): void {
    const failures = new Map(this.failures(cluster));
    for (const { machine, message, phase } of work.stages()) {
      if (phase === 'failed') failures.set(machine, message);
      else failures.delete(machine);
    }
    this.#failures.set(cluster, failures);
  }
}
