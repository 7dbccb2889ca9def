import type { Clock } from '../base/clock.ts';
import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Logger } from '../base/logger.ts';
import type { KubeObject, ObjectName } from '../api/meta.ts';
import { events } from '../api/resources.ts';
import { isNotFound } from '../api/status.ts';
import { timeOf } from '../api/time.ts';
import type { CoreEvent } from '../api/types.ts';
import type { Client, NewObject } from './contract.ts';
import { EventCorrelator, type EventRecord } from './eventCorrelator.ts';
import type { EventRecorder } from './eventRecorder.ts';

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The reporter of events: `kubelet`, `default-scheduler`, `deployment-controller`. */
  readonly component: string;
  /** The node, where the component is on one. */
  readonly host?: string;
  /** A number in [0, 1): keeps names of two recorders apart. Default Math.random. */
  readonly random?: () => number;
}

export interface RunningEventRecorder extends EventRecorder {
  /** Resolves when everything recorded so far is written or dropped. */
  flushed(): Promise<void>;
}

/** Events that wait to be written; more are dropped (client-go `maxQueuedEvents`). */
const MAX_WAITING = 1000;
/** Requests under way at once, so that a burst shares commits without crowding out other writers. */
const MAX_WRITING = 16;

/** One record's event in the API. */
interface Written {
  readonly record: EventRecord;
  readonly at: ObjectName & { readonly namespace: string };
  readonly event: NewObject<CoreEvent>;
  created: boolean;
  /** The count that the API shows. */
  count: number;
  writing: boolean;
}

/**
 * Records events through the client: one Event per record of the correlator, its count patched up. A record that is
 * counted up while it is written is written once more, however often it was counted.
 */
export function createEventRecorder(options: EventRecorderOptions): RunningEventRecorder {
  const { client, clock, logger, component, host, random = Math.random } = options;
  const correlator = new EventCorrelator();
  const written = new WeakMap<EventRecord, Written>();
  const waiting: Written[] = [];
  const flushes: Deferred<undefined>[] = [];
  let writing = 0;
  /** Since the last time that none waited. */
  let dropped = 0;
  let sequence = Math.floor(random() * 1_000_000);

  const begin = (
    about: KubeObject,
    type: string,
    reason: string,
    record: EventRecord,
    fieldPath?: string,
  ): Written => {
    const { name, namespace = 'default', uid, resourceVersion } = about.metadata;
    sequence = (sequence + 1) % 1_000_000;
    const unique = (BigInt(record.firstTime) * 1_000_000n + BigInt(sequence)).toString(16);
    const at = { namespace, name: `${name}.${unique}` };
    const event: NewObject<CoreEvent> = {
      metadata: { ...at },
      involvedObject: {
        kind: about.kind,
        apiVersion: about.apiVersion,
        name,
        uid,
        resourceVersion,
        ...(about.metadata.namespace === undefined ? {} : { namespace }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      type,
      reason,
      source: { component, ...(host === undefined ? {} : { host }) },
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
    return { record, at, event, created: false, count: 0, writing: false };
  };

  const write = async (entry: Written): Promise<void> => {
    const { record, at } = entry;
    const { count, message } = record;
    const lastTimestamp = timeOf(record.lastTime);
    if (entry.created) {
      await client.patch(events, at, 'application/strategic-merge-patch+json', {
        count,
        message,
        lastTimestamp,
      });
    } else {
      const event = {
        ...entry.event,
        count,
        message,
        firstTimestamp: timeOf(record.firstTime),
        lastTimestamp,
      };
      await client.create(events, event);
    }
    entry.created = true;
    entry.count = count;
  };

  const settle = async (entry: Written): Promise<void> => {
    try {
      await write(entry);
    } catch (error) {
      if (isNotFound(error) && entry.created) {
        // It has expired meanwhile: recreated below.
        entry.created = false;
      } else {
        logger.warn('event dropped', { reason: entry.event.reason, event: entry.at.name, error });
        correlator.forget(entry.record);
        entry.count = entry.record.count;
      }
    } finally {
      entry.writing = false;
      writing -= 1;
      if (entry.record.count > entry.count) enqueue(entry);
      pump();
    }
  };

  const pump = (): void => {
    while (writing < MAX_WRITING) {
      const next = waiting.shift();
      if (next === undefined) break;
      writing += 1;
      void settle(next);
    }
    if (dropped > 0 && waiting.length === 0) {
      logger.warn('events were dropped, too many waited to be written', { count: dropped });
      dropped = 0;
    }
    if (writing === 0) for (const flush of flushes.splice(0)) flush.resolve(undefined);
  };

  const enqueue = (entry: Written): void => {
    if (entry.writing) return;
    if (waiting.length >= MAX_WAITING) {
      // One line for all of a burst, once it is over: there may be thousands.
      dropped += 1;
      return;
    }
    entry.writing = true;
    waiting.push(entry);
  };

  return {
    event(about, type, reason, message, fieldPath) {
      const { name, namespace = '', uid } = about.metadata;
      const subject = [about.kind, namespace, name, uid, fieldPath ?? ''].join('\0');
      const record = correlator.correlate({ about: subject, type, reason, message, time: clock.now() });
      if (record === undefined) return;
      let entry = written.get(record);
      if (entry === undefined) {
        entry = begin(about, type, reason, record, fieldPath);
        written.set(record, entry);
      }
      enqueue(entry);
      pump();
    },

    async flushed() {
      if (writing === 0) return;
      const flush = createDeferred<undefined>();
      flushes.push(flush);
      await flush.promise;
    },
  };
}
