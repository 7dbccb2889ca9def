import { isAborted } from '../../base/abort.ts';
import { exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { pathOf } from '../../api/resource.ts';
import { pods } from '../../api/resources.ts';
import { StatusError, type Status } from '../../api/status.ts';
import type { ContainerStatus, Pod } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { reflect } from '../../client/reflector.ts';
import { compareTimes, logLines, type LogLine } from './logLine.ts';

/** Whose line it is. */
export interface LogSource {
  readonly pod: string;
  readonly container: string;
}

export interface LogSink {
  lines(source: LogSource, lines: readonly LogLine[]): void;
  /** What happens to a log, in words: its container was restarted, its pod has gone. */
  note(text: string): void;
}

export interface PodLogsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly namespace: string;
  /** Which pods: one by its name, or all that a selector of labels chooses, those to come too. */
  readonly selection: { readonly fieldSelector: string } | { readonly labelSelector: string };
  /** Only this container of each. Default: all. */
  readonly container?: string;
  /** The number of last lines of each log that exists at the beginning. Logs that begin later are read completely. */
  readonly tailLines?: number;
  /** Only lines after this time (RFC 3339), of logs that exist at the beginning. */
  readonly since?: string;
  readonly sink: LogSink;
}

/** Delays before a log is asked for again whose stream broke off while its container runs on. */
const RETRY = { initialMs: 300, maxMs: 10_000 } as const;
/** So long a log may go on after the pod says that its container is another one. */
const DRAIN_MS = 1_000;

/**
 * Follows the logs of pods: across restarts of their containers, of their nodes and of the API server, and with a
 * selector of labels across pods that replace each other. Ends with the signal.
 */
export async function followPodLogs(options: PodLogsOptions, signal: AbortSignal): Promise<void> {
  const followed = new Map<string, FollowedPod>();
  let first = true;
  const see = (pod: Pod): void => {
    const { uid } = pod.metadata;
    let known = followed.get(uid);
    if (known === undefined) {
      known = new FollowedPod(options, first, signal);
      followed.set(uid, known);
    }
    known.see(pod);
  };
  const leave = (uid: string): void => {
    followed.get(uid)?.leave();
    followed.delete(uid);
  };
  const { client, clock, logger, namespace, selection } = options;
  await reflect<Pod>(
    {
      replace(list) {
        const there = new Set(list.map(({ metadata }) => metadata.uid));
        for (const uid of followed.keys()) if (!there.has(uid)) leave(uid);
        for (const pod of list) see(pod);
        if (first && list.length === 0) options.sink.note('there is no pod yet');
        first = false;
      },
      apply(event) {
        if (event.type === 'DELETED') leave(event.object.metadata.uid);
        else if (event.type !== 'BOOKMARK') see(event.object);
      },
    },
    { client, clock, logger, resource: pods, namespace, ...selection, maxRetryMs: RETRY.maxMs },
    signal,
  );
}

class FollowedPod {
  readonly #options: PodLogsOptions;
  readonly #signal: AbortSignal;
  readonly #first: boolean;
  readonly #containers = new Map<string, FollowedContainer>();
  #name = '';

  constructor(options: PodLogsOptions, first: boolean, signal: AbortSignal) {
    this.#options = options;
    this.#first = first;
    this.#signal = signal;
  }

  see(pod: Pod): void {
    this.#name = pod.metadata.name;
    for (const status of statusesOf(pod)) {
      const { name } = status;
      if (this.#options.container !== undefined && this.#options.container !== name) continue;
      let known = this.#containers.get(name);
      if (known === undefined) {
        const source = { pod: this.#name, container: name };
        known = new FollowedContainer(this.#options, source, this.#first, this.#signal);
        this.#containers.set(name, known);
      }
      known.see(status);
    }
  }

  leave(): void {
    for (const container of this.#containers.values()) container.leave();
    this.#options.sink.note(`pod ${this.#name} is gone`);
  }
}

function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
}

/** One container after the other under one name. */
class FollowedContainer {
  readonly #options: PodLogsOptions;
  readonly #source: LogSource;
  readonly #first: boolean;
  readonly #signal: AbortSignal;
  #instance = '';
  #ended = false;
  #gone = false;
  #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  /** Ends the wait before the log is asked for again. */
  #wake: () => void = () => undefined;

  constructor(options: PodLogsOptions, source: LogSource, first: boolean, signal: AbortSignal) {
    this.#options = options;
    this.#source = source;
    this.#first = first;
    this.#signal = signal;
  }

  see({ containerID = '', state }: ContainerStatus): void {
    const before = this.#instance;
    this.#ended = state?.terminated !== undefined;
    if (containerID !== '') this.#instance = containerID;
    this.#wake();
    if (this.#instance === before) return;
    const { pod, container } = this.#source;
    const old = this.#stop;
    const reading = this.#reading;
    const stop = new AbortController();
    this.#stop = stop;
    this.#reading = (async () => {
      await this.#drained(reading, old);
      if (before !== '') this.#options.sink.note(`container ${container} of ${pod} was restarted`);
      await this.#read(containerID, before === '' && this.#first, stop.signal);
    })();
  }

  leave(): void {
    this.#gone = true;
    // Its last lines may still come.
    void this.#drained(this.#reading, this.#stop);
  }

  async #drained(reading: Promise<void>, stop: AbortController): Promise<void> {
    const over = new AbortController();
    await Promise.race([
      reading,
      this.#options.clock
        .sleep(DRAIN_MS, AbortSignal.any([over.signal, this.#signal]))
        .catch(() => undefined),
    ]);
    over.abort();
    stop.abort();
  }

  async #read(instance: string, tail: boolean, stop: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stop, this.#signal]);
    let last = tail ? (this.#options.since ?? '') : '';
    let backoff = exponentialBackoff(RETRY);
    let told = false;
    while (!signal.aborted) {
      try {
        for await (const lines of this.#open(tail && last === '', last, signal)) {
          const fresh = lines.filter(
            ({ time }) => last === '' || time === '' || compareTimes(time, last) > 0,
          );
          last = lines.findLast(({ time }) => time !== '')?.time ?? last;
          if (fresh.length > 0) this.#options.sink.lines(this.#source, fresh);
          backoff = exponentialBackoff(RETRY);
          told = false;
        }
      } catch (error) {
        if (isAborted(signal)) return;
        if (!told) this.#options.sink.note(`${this.#source.pod}: ${messageOf(error)}; trying again`);
        told = true;
      }
      // Where the container runs, as far as is known, its end is about to be told, or the stream has broken off.
      if (!this.#isOver(instance)) await this.#wait(backoff.delayMs, signal);
      if (this.#isOver(instance)) return;
      backoff = backoff.next();
    }
  }

  #isOver(instance: string): boolean {
    return this.#gone || this.#ended || this.#instance !== instance;
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.#wake = () => over.abort();
    await this.#options.clock.sleep(ms, AbortSignal.any([over.signal, signal])).catch(() => undefined);
    this.#wake = () => undefined;
  }

  async *#open(tail: boolean, since: string, signal: AbortSignal): AsyncGenerator<readonly LogLine[]> {
    const { client, namespace, tailLines } = this.#options;
    const { pod, container } = this.#source;
    const query = new URLSearchParams({ container, follow: 'true', timestamps: 'true' });
    if (tail && tailLines !== undefined) query.set('tailLines', String(tailLines));
    if (since !== '') query.set('sinceTime', since);
    const path = pathOf(pods, { namespace, name: pod, subresource: 'log' });
    const response = await client.raw('GET', `${path}?${query.toString()}`, { signal });
    if (response.code !== 200) throw refusal(response.code, await response.text());
    yield* logLines(response.body);
  }
}

function refusal(code: number, text: string): Error {
  try {
    return StatusError.from(JSON.parse(text) as Status);
  } catch {
    return new Error(text.trim() || `the server answered with code ${code}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
