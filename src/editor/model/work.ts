import type { Clock } from '../../base/clock.ts';
import type { Progress } from '../../cluster/machines/contract.ts';

/** Where the work on one machine stands. */
export interface MachineStage {
  readonly machine: string;
  /** What happens now, in words. */
  readonly message: string;
  /** How much of this stage is done, 0 to 1, where that is known. */
  readonly fraction?: number;
  /** Milliseconds on the clock's even scale since when this machine is worked on. */
  readonly since: number;
  readonly phase: 'busy' | 'ready' | 'failed';
}

/** How the actions of `cluster/` end what they report of a machine. */
const READY = 'Ready';
const FAILED = 'Failed: ';

/**
 * One long work on a cluster: what it does as a whole, and what happens to each machine. It is told by Progress
 * reports and keeps the last word of each machine; who shows it asks when it likes.
 */
export class Work {
  readonly title: string;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #stages = new Map<string, MachineStage>();
  #message: string;

  constructor(options: { title: string; clock: Clock; onChange: () => void }) {
    this.title = options.title;
    this.#message = options.title;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
  }

  /** Aborted by `cancel`. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** What happens to the cluster as a whole, and how many of its machines are through: `Creating machines, 1 of 3`. */
  get message(): string {
    const stages = this.stages();
    if (stages.length < 2) return this.#message;
    const ready = stages.filter(({ phase }) => phase === 'ready').length;
    return `${this.#message} · ${ready} of ${stages.length} ready`;
  }

  stages(): readonly MachineStage[] {
    return [...this.#stages.values()];
  }

  stage(machine: string): MachineStage | undefined {
    return this.#stages.get(machine);
  }

  report({ machine, message, fraction }: Parameters<Progress['report']>[0]): void {
    if (machine === '') {
      this.#message = message;
    } else {
      const failed = message.startsWith(FAILED);
      this.#stages.set(machine, {
        machine,
        message: failed ? message.slice(FAILED.length) : message,
        since: this.#stages.get(machine)?.since ?? this.#clock.monotonic(),
        phase: failed ? 'failed' : message === READY ? 'ready' : 'busy',
        ...(fraction === undefined ? {} : { fraction }),
      });
    }
    this.#onChange();
  }
}

/**
 * `1:05 · 45% · Importing base box…`: how long the machine has been worked on, how much of the stage is done, and the
 * stage itself, which may be cut off by a narrow view.
 */
export function stageText(stage: MachineStage, monotonicMs: number): string {
  const { phase, message, fraction, since } = stage;
  if (phase !== 'busy') return message;
  const percent = fraction === undefined ? [] : [`${Math.floor(fraction * 100)}%`];
  return [elapsed(monotonicMs - since), ...percent, `${message}…`].join(' · ');
}

/** Minutes and seconds: `0:07`, `12:30`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1_000), 0);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
