import type { KubeObject } from '../api/meta.ts';
import type { Cause, Entry } from '../api/request.ts';
import type { Value } from './contract.ts';

/** One change as the cache saw it. Objects are frozen and shared, bytes carry the resourceVersion. */
export interface CacheEvent {
  readonly type: 'put' | 'delete';
  /** For a delete: the last state, with the delete's revision as its resourceVersion. */
  readonly entry: Entry;
  readonly previous: Entry | undefined;
  readonly cause: Cause | undefined;
}

/**
 * The whole current state in memory, decoded once, fed by one storage watch; what GET, LIST and WATCH are answered
 * from. Reads are synchronous. It follows the store: a writer waits for its revision before it reads.
 */
export interface Cache {
  get(key: string): Entry | undefined;
  /** In order of key; an array that the caller must not change. */
  list(prefix: string): readonly Entry[];
  /** The revision that the cache shows. */
  revision(): number;
  /** Resolves once the cache shows at least this revision. */
  waitFor(revision: number, signal: AbortSignal): Promise<void>;
  /**
   * Events after `after` under a prefix, then live ones. Rejects with CompactedError where the window does not reach
   * back. Each watcher has a bounded buffer: one that falls behind is ended and never holds up a writer. Batches.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<readonly CacheEvent[]>;
  /** Synchronous subscription for what must follow every change within the process (RBAC rules, allocators). */
  onChange(prefix: string, listener: (event: CacheEvent) => void): { dispose(): void };
  close(): Promise<void>;
}

/** Encodes for storage: `kind` and `apiVersion` first, then metadata without resourceVersion. */
export type Encode = (object: KubeObject) => Value;
