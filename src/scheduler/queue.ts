import type { Clock } from '../base/clock.ts';
import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Pod } from '../api/types.ts';
import { hintOf, matchesEvent, type Occurrence, podActions } from './clusterEvents.ts';
import type { EventRegistration, QueuedPod, Status } from './framework.ts';
import { Heap } from './heap.ts';
import { UnschedulablePods } from './unschedulablePods.ts';

/** Upstream's defaults (kube-scheduler `apis/config/v1/defaults.go`, `backend/queue/scheduling_queue.go`). */
const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 10_000;
const MAX_IN_UNSCHEDULABLE_MS = 5 * 60_000;

/** A pod in the queue's hands. */
export interface QueueEntry extends QueuedPod {
  pod: Pod;
  timestamp: number;
  attempts: number;
  /** Which plugins rejected it at the last attempt; empty after an error. */
  rejectedBy: ReadonlySet<string>;
}

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  less(a: QueuedPod, b: QueuedPod): boolean;
  preEnqueue(pod: Pod): Status | undefined;
  /** The answers of each plugin about events, by plugin name. */
  readonly registrations: ReadonlyMap<string, readonly EventRegistration[]>;
}

/**
 * Pods that wait for a node: active (tried next, in order), backing off, unschedulable (waiting for an event that
 * could help, five minutes at most) and gated. What happens while a pod is being tried is kept until its
 * attempt ends, so that no event is lost between the decision and the way back into the queue (KEP-4247).
 * No part is polled: one timer stands for the next back-off to end, one for the next forced retry.
 */
export class SchedulingQueue implements Disposable {
  readonly #options: SchedulingQueueOptions;
  readonly #active: Heap<QueueEntry>;
  readonly #backoff: Heap<QueueEntry>;
  readonly #unschedulable = new UnschedulablePods<QueueEntry>();
  /** Pods that a preEnqueue plugin holds back. */
  readonly #gated = new Map<string, QueueEntry>();
  /** Pods being tried, in order of their start, with the number of the next occurrence at that time. */
  readonly #inFlight = new Map<string, number>();
  #occurrences: Occurrence[] = [];
  #firstOccurrence = 0;
  #waiting: Deferred<void> | undefined;
  #backoffTimer: { readonly at: number; readonly timer: Disposable } | undefined;
  #flushTimer: Disposable | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#active = new Heap(keyOf, (a, b) => options.less(a, b));
    this.#backoff = new Heap(keyOf, (a, b) => backoffEnd(a) < backoffEnd(b));
  }

  get sizes(): { active: number; backoff: number; unschedulable: number; gated: number; inFlight: number } {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size,
      gated: this.#gated.size,
      inFlight: this.#inFlight.size,
    };
  }

  /** A pod that nobody has tried yet. */
  add(pod: Pod): void {
    const { uid } = pod.metadata;
    if (this.#find(uid) !== undefined || this.#inFlight.has(uid)) return;
    const timestamp = this.#options.clock.now();
    this.#enqueue({ pod, timestamp, attempts: 0, rejectedBy: NONE });
  }

  /** The pod has changed. One that waits for an event is asked whether this change is it. */
  update(old: Pod, pod: Pod): void {
    const { uid } = pod.metadata;
    const occurrence: Occurrence = {
      event: { resource: 'Pod', actions: podActions(old, pod) },
      old,
      current: pod,
    };
    if (this.#inFlight.has(uid)) {
      this.#occurrences.push(occurrence);
      return;
    }
    const entry = this.#find(uid);
    if (entry === undefined) {
      this.add(pod);
      return;
    }
    entry.pod = pod;
    if (this.#active.get(uid) !== undefined) this.#active.set(entry);
    else if (this.#gated.has(uid)) this.#release(entry);
    else if (this.#unschedulable.get(uid) !== undefined && !onlyStatusChanged(old, pod)) {
      if (this.#isWorthwhile(entry, occurrence)) this.#release(entry);
    }
  }

  delete(pod: Pod): void {
    const { uid } = pod.metadata;
    this.#active.delete(uid);
    this.#backoff.delete(uid);
    this.#unschedulable.delete(uid);
    this.#gated.delete(uid);
  }

  /** The next pod to try, or undefined. Counts as in flight until `done` or one of the ways back. */
  tryPop(): QueueEntry | undefined {
    const entry = this.#active.pop();
    if (entry === undefined) return undefined;
    entry.attempts++;
    entry.rejectedBy = NONE;
    this.#inFlight.set(entry.pod.metadata.uid, this.#firstOccurrence + this.#occurrences.length);
    return entry;
  }

  /** Resolves when there is something to pop; returns at once where there is already. */
  async whenActive(): Promise<void> {
    if (this.#active.size > 0) return;
    this.#waiting ??= createDeferred();
    await this.#waiting.promise;
  }

  /** The attempt has ended and the pod does not come back (or has come back already). */
  done(pod: Pod): void {
    this.#inFlight.delete(pod.metadata.uid);
    const oldest: number | undefined = this.#inFlight.values().next().value;
    const keepFrom = oldest ?? this.#firstOccurrence + this.#occurrences.length;
    if (keepFrom > this.#firstOccurrence) {
      this.#occurrences = this.#occurrences.slice(keepFrom - this.#firstOccurrence);
      this.#firstOccurrence = keepFrom;
    }
  }

  /**
   * Gives a pod back after a failed attempt. With the plugins that rejected it, it waits for an event that could
   * help (or goes on at once where one came meanwhile); with none it failed by error and only backs off.
   */
  giveBack(entry: QueueEntry, pod: Pod, rejectedBy: ReadonlySet<string>): void {
    const { uid } = pod.metadata;
    const since = this.#inFlight.get(uid);
    const missed = since === undefined ? [] : this.#occurrences.slice(since - this.#firstOccurrence);
    this.done(pod);
    if (this.#find(uid) !== undefined) return;
    entry.pod = pod;
    entry.rejectedBy = rejectedBy;
    entry.timestamp = this.#options.clock.now();
    if (rejectedBy.size === 0 || missed.some((occurrence) => this.#isWorthwhile(entry, occurrence))) {
      this.#enqueue(entry);
      return;
    }
    this.#unschedulable.add(entry);
    this.#armFlush();
  }

  /** Something has happened in the cluster: moves the pods that it could help. */
  moveAll(occurrence: Occurrence): void {
    if (this.#inFlight.size > 0) this.#occurrences.push(occurrence);
    const helped = new Set<QueueEntry>();
    for (const [plugin, entries] of this.#unschedulable.plugins()) {
      const registrations = this.#options.registrations.get(plugin);
      if (registrations?.some(({ event }) => matchesEvent(event, occurrence.event)) === false) continue;
      for (const entry of entries) if (this.#saysQueue(plugin, entry.pod, occurrence)) helped.add(entry);
    }
    for (const entry of helped) this.#release(entry);
  }

  dispose(): void {
    this.#backoffTimer?.timer.dispose();
    this.#flushTimer?.dispose();
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #find(uid: string): QueueEntry | undefined {
    return (
      this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#unschedulable.get(uid) ?? this.#gated.get(uid)
    );
  }

  #isWorthwhile(entry: QueueEntry, occurrence: Occurrence): boolean {
    for (const plugin of entry.rejectedBy) if (this.#saysQueue(plugin, entry.pod, occurrence)) return true;
    return false;
  }

  /** A plugin that has said nothing about events is taken to care about all of them. */
  #saysQueue(plugin: string, pod: Pod, occurrence: Occurrence): boolean {
    const { event, current } = occurrence;
    if (event.resource === 'Pod' && uidOf(current) !== pod.metadata.uid) return false;
    const registrations = this.#options.registrations.get(plugin);
    return registrations === undefined || hintOf(registrations, pod, occurrence) === 'Queue';
  }

  /** Out of the unschedulable or gated part. */
  #release(entry: QueueEntry): void {
    const { uid } = entry.pod.metadata;
    this.#unschedulable.delete(uid);
    this.#gated.delete(uid);
    this.#enqueue(entry);
  }

  /** Into the part where the pod belongs now: gated, backing off or active. */
  #enqueue(entry: QueueEntry): void {
    const status = this.#options.preEnqueue(entry.pod);
    if (status !== undefined && status.code !== 'Success') {
      this.#gated.set(entry.pod.metadata.uid, entry);
    } else if (entry.attempts > 0 && backoffEnd(entry) > this.#options.clock.now()) {
      this.#backoff.set(entry);
      this.#armBackoff();
    } else {
      this.#activate(entry);
    }
  }

  #activate(entry: QueueEntry): void {
    this.#active.set(entry);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #armBackoff(): void {
    const next = this.#backoff.peek();
    if (next === undefined) return;
    const at = backoffEnd(next);
    if (this.#backoffTimer !== undefined && this.#backoffTimer.at <= at) return;
    this.#backoffTimer?.timer.dispose();
    const { clock } = this.#options;
    const timer = clock.timeout(at - clock.now(), () => {
      this.#backoffTimer = undefined;
      const now = clock.now();
      for (let entry = this.#backoff.peek(); entry !== undefined && backoffEnd(entry) <= now;) {
        this.#backoff.pop();
        this.#activate(entry);
        entry = this.#backoff.peek();
      }
      this.#armBackoff();
    });
    this.#backoffTimer = { at, timer };
  }

  /** Pods that no event has helped for five minutes are tried again all the same. */
  #armFlush(): void {
    if (this.#flushTimer !== undefined) return;
    const oldest = this.#unschedulable.oldest;
    if (oldest === undefined) return;
    const { clock } = this.#options;
    this.#flushTimer = clock.timeout(oldest.timestamp + MAX_IN_UNSCHEDULABLE_MS - clock.now(), () => {
      this.#flushTimer = undefined;
      const before = clock.now() - MAX_IN_UNSCHEDULABLE_MS;
      for (const entry of this.#unschedulable.all()) {
        if (entry.timestamp > before) break;
        this.#release(entry);
      }
      this.#armFlush();
    });
  }
}

const NONE: ReadonlySet<string> = new Set();

function keyOf(entry: QueueEntry): string {
  return entry.pod.metadata.uid;
}

/** 1 s after the first failed attempt, doubled with each further one, 10 s at most. */
function backoffEnd(entry: QueueEntry): number {
  return entry.timestamp + Math.min(INITIAL_BACKOFF_MS * 2 ** (entry.attempts - 1), MAX_BACKOFF_MS);
}

/** Upstream's isPodUpdated: the scheduler's own writes to the status must not wake the pod. */
function onlyStatusChanged(old: Pod, pod: Pod): boolean {
  const relevant = (p: Pod): string =>
    JSON.stringify([
      p.spec,
      p.metadata.labels,
      p.metadata.annotations,
      p.metadata.deletionTimestamp,
      p.metadata.ownerReferences,
      p.metadata.finalizers,
    ]);
  return relevant(old) === relevant(pod);
}

function uidOf(object: unknown): string | undefined {
  return (object as Pod | undefined)?.metadata.uid;
}
