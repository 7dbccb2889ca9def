import { BatchQueue } from './batchQueue.ts';
import { CompactedError } from './contract.ts';
import { directoriesOf, isDirectory } from './keys.ts';

interface Subscriber<E, B> {
  readonly prefix: string;
  readonly after: number;
  readonly queue: BatchQueue<E, B>;
}

export interface BroadcasterOptions<E, B> {
  readonly keyOf: (event: E) => string;
  readonly revisionOf: (event: E) => number;
  /** The events that watchers get. */
  readonly batchOf: (events: readonly E[]) => B;
  /** Events that one watcher may have unread before it is ended. */
  readonly capacity: number;
}

/** Hands events to watchers by prefix. A prefix that ends in `/` costs a map look-up per event, not one per watcher. */
export class Broadcaster<E, B> {
  readonly #options: BroadcasterOptions<E, B>;
  readonly #byDirectory = new Map<string, Set<Subscriber<E, B>>>();
  readonly #others = new Set<Subscriber<E, B>>();

  constructor(options: BroadcasterOptions<E, B>) {
    this.#options = options;
  }

  /** Live events from now on with a revision greater than `after`, until the signal aborts. */
  subscribe(prefix: string, after: number, signal: AbortSignal): BatchQueue<E, B> {
    const abort = (): void => queue.end();
    const queue = new BatchQueue<E, B>(this.#options.capacity, this.#options.batchOf, () => {
      signal.removeEventListener('abort', abort);
      this.#remove(subscriber);
    });
    const subscriber: Subscriber<E, B> = { prefix, after, queue };
    this.#add(subscriber);
    if (signal.aborted) queue.end();
    else signal.addEventListener('abort', abort, { once: true });
    return queue;
  }

  /** Never waits: a watcher without room is ended with CompactedError. */
  publish(events: readonly E[]): void {
    const touched = new Set<BatchQueue<E, B>>();
    for (const event of events) {
      const key = this.#options.keyOf(event);
      for (const directory of directoriesOf(key)) {
        const subscribers = this.#byDirectory.get(directory);
        if (subscribers !== undefined) for (const s of subscribers) this.#deliver(s, event, touched);
      }
      for (const s of this.#others) if (key.startsWith(s.prefix)) this.#deliver(s, event, touched);
    }
    for (const queue of touched) queue.flush();
  }

  /** Ends all watchers. */
  end(error?: Error): void {
    for (const subscribers of [...this.#byDirectory.values(), this.#others]) {
      for (const { queue } of [...subscribers]) queue.end(error);
    }
  }

  #deliver(subscriber: Subscriber<E, B>, event: E, touched: Set<BatchQueue<E, B>>): void {
    const { queue } = subscriber;
    const revision = this.#options.revisionOf(event);
    if (revision <= subscriber.after) return;
    if (queue.push(event)) {
      touched.add(queue);
      return;
    }
    queue.end(new CompactedError(revision - this.#options.capacity, revision));
  }

  #add(subscriber: Subscriber<E, B>): void {
    if (!isDirectory(subscriber.prefix)) {
      this.#others.add(subscriber);
      return;
    }
    const there = this.#byDirectory.get(subscriber.prefix);
    if (there === undefined) this.#byDirectory.set(subscriber.prefix, new Set([subscriber]));
    else there.add(subscriber);
  }

  #remove(subscriber: Subscriber<E, B>): void {
    this.#others.delete(subscriber);
    const there = this.#byDirectory.get(subscriber.prefix);
    if (there?.delete(subscriber) === true && there.size === 0) this.#byDirectory.delete(subscriber.prefix);
  }
}
