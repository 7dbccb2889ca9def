/** The key of an event. `about` contains every field that names the object, with its uid. */
export interface Occurrence {
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** One event as it is to stand in the API: repeats raise `count` on the same record. */
export interface EventRecord {
  readonly key: string;
  message: string;
  count: number;
  firstTime: number;
  lastTime: number;
}

/** Figures of client-go `tools/record/events_cache.go`. */
const MAX_REMEMBERED = 4096;
const SIMILAR_MAX = 10;
const SIMILAR_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const COMBINED_PREFIX = '(combined from similar events): ';

interface Similar {
  messages: Set<string>;
  lastTime: number;
}

interface Allowance {
  tokens: number;
  time: number;
}

/**
 * Decides which record an occurrence belongs to: the same event again counts its record up; more than ten that
 * differ only in message within ten minutes are combined into one record; an object that causes more than 25
 * events and then one in five minutes is not listened to.
 */
export class EventCorrelator {
  readonly #records = new Map<string, EventRecord>();
  readonly #similar = new Map<string, Similar>();
  readonly #allowances = new Map<string, Allowance>();

  /** The record that the occurrence is counted on; undefined where the object has used up its allowance. */
  correlate(event: Occurrence): EventRecord | undefined {
    const kind = [event.about, event.type, event.reason].join('\0');
    const combined = this.#isOneOfMany(kind, event);
    const key = combined ? kind : `${kind}\0${event.message}`;
    const message = combined ? COMBINED_PREFIX + event.message : event.message;
    const record = this.#records.get(key) ?? {
      key,
      message,
      count: 0,
      firstTime: event.time,
      lastTime: event.time,
    };
    record.count += 1;
    record.message = message;
    record.lastTime = event.time;
    remember(this.#records, key, record);
    return this.#isAllowed(event) ? record : undefined;
  }

  /** The record's event is gone from the API: what comes next is new. */
  forget(record: EventRecord): void {
    if (this.#records.get(record.key) === record) this.#records.delete(record.key);
  }

  #isOneOfMany(kind: string, event: Occurrence): boolean {
    let similar = this.#similar.get(kind);
    if (similar === undefined || event.time - similar.lastTime > SIMILAR_WINDOW_MS) {
      similar = { messages: new Set(), lastTime: event.time };
    }
    similar.messages.add(event.message);
    similar.lastTime = event.time;
    remember(this.#similar, kind, similar);
    if (similar.messages.size < SIMILAR_MAX) return false;
    const [oldest] = similar.messages;
    if (oldest !== undefined) similar.messages.delete(oldest);
    return true;
  }

  #isAllowed(event: Occurrence): boolean {
    const known = this.#allowances.get(event.about) ?? { tokens: SPAM_BURST, time: event.time };
    const tokens = Math.min(known.tokens + (event.time - known.time) / SPAM_REFILL_MS, SPAM_BURST);
    const allowed = tokens >= 1;
    remember(this.#allowances, event.about, { tokens: allowed ? tokens - 1 : tokens, time: event.time });
    return allowed;
  }
}

/** Sets and moves to the end; the one that was longest not touched goes when there are too many. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
