import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';

export interface TaskThreadOptions {
  /** The module of the thread: it answers each message with one message. */
  readonly entry: string;
  readonly clock: Clock;
  /** How long one task may take, in milliseconds: then the thread is ended, and started again for the next one. */
  readonly limitMs: number;
  /** Tasks that wait for the thread. */
  readonly maxWaiting: number;
  /** After so long without a task the thread ends, in milliseconds. */
  readonly idleMs: number;
}

/** Why a task has no result: it took too long, too many waited, or nobody wants results any more. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly reason: 'time' | 'busy' | 'ended';

  constructor(reason: TaskError['reason']) {
    super(`the task was given up: ${reason}`);
    this.reason = reason;
  }
}

interface Task<Input, Result> {
  readonly input: Input;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * Does one kind of task, one after the other, on a thread of its own, so that a long one holds up nobody else. The thread
 * starts with the first task and ends when there are none.
 */
export class TaskThread<Input, Result> {
  readonly #options: TaskThreadOptions;
  readonly #waiting: Task<Input, Result>[] = [];
  #worker: Worker | undefined;
  #current: Task<Input, Result> | undefined;
  /** The timer of the current task, or of idleness. */
  #timer: Disposable | undefined;
  #stopped = false;

  constructor(options: TaskThreadOptions) {
    this.#options = options;
  }

  /** Rejects with TaskError, or with what went wrong in the thread. `input` is copied as messages between threads are. */
  run(input: Input): Promise<Result> {
    if (this.#stopped) return Promise.reject(new TaskError('ended'));
    if (this.#waiting.length >= this.#options.maxWaiting) return Promise.reject(new TaskError('busy'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      if (this.#current === undefined) this.#next();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const given = [this.#current, ...this.#waiting.splice(0)];
    for (const task of given) task?.reject(new TaskError('ended'));
    this.#current = undefined;
    await this.#end();
  }

  #next(): void {
    const { clock, limitMs, idleMs } = this.#options;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#current = this.#waiting.shift();
    if (this.#current !== undefined) {
      this.#worker ??= this.#start();
      this.#worker.postMessage(this.#current.input);
      this.#timer = clock.timeout(limitMs, () => this.#giveUp(new TaskError('time')));
    } else if (this.#worker !== undefined && !this.#stopped) {
      this.#timer = clock.timeout(idleMs, () => void this.#end());
    }
  }

  #start(): Worker {
    // Without limits for its memory: Node may end the whole process where a thread meets them. Tasks bound it.
    const worker = new Worker(this.#options.entry);
    worker.on('message', (result: Result) => {
      if (this.#worker !== worker) return;
      this.#current?.resolve(result);
      this.#next();
    });
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) this.#giveUp(error);
    });
    return worker;
  }

  /** Ends the thread and fails the current task. The other tasks continue on a new thread. */
  #giveUp(error: Error): void {
    const task = this.#current;
    void this.#end();
    task?.reject(error);
    this.#next();
  }

  async #end(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
