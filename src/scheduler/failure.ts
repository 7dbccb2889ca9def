import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { pods } from '../api/resources.ts';
import { isNotFound } from '../api/status.ts';
import { timeOf } from '../api/time.ts';
import type { Pod, PodCondition } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import type { EventRecorder } from '../client/eventRecorder.ts';
import type { Lister } from '../client/informer.ts';
import type { Nominator } from './nominator.ts';
import type { QueueEntry, SchedulingQueue } from './queue.ts';

export interface Failure {
  readonly entry: QueueEntry;
  readonly pod: Pod;
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  readonly rejectedBy: ReadonlySet<string>;
  /** '' clears a nomination; undefined leaves it. */
  readonly nominatedNode?: string | undefined;
}

export interface FailureHandler {
  handle(failure: Failure): Promise<void>;
}

export interface FailureOptions {
  readonly client: Client;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly lister: Lister<Pod>;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Upstream's bound of an event's note. */
const MAX_NOTE = 1024;

/**
 * Gives a pod that was not placed back to the queue and tells the world why: condition PodScheduled and an event
 * (kube-scheduler `schedule_one.go` handleSchedulingFailure). `handle` never rejects.
 */
export function createFailureHandler(options: FailureOptions): FailureHandler {
  const { client, queue, nominator, lister, events, clock, logger } = options;

  async function writeStatus(pod: Pod, failure: Failure): Promise<void> {
    const { reason, message, nominatedNode } = failure;
    const old = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
    const sameCondition = old?.status === 'False' && old.reason === reason && old.message === message;
    const sameNomination =
      nominatedNode === undefined || nominatedNode === (pod.status?.nominatedNodeName ?? '');
    if (sameCondition && sameNomination) return;
    const now = timeOf(clock.now());
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastTransitionTime: old?.status === 'False' ? (old.lastTransitionTime ?? now) : now,
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    const { name, namespace, uid } = pod.metadata;
    const status = {
      conditions: [condition],
      ...(sameNomination ? {} : { nominatedNodeName: nominatedNode === '' ? null : nominatedNode }),
    };
    await client.patch(
      pods,
      { name, namespace },
      'application/strategic-merge-patch+json',
      { metadata: { uid }, status },
      { subresource: 'status' },
    );
  }

  return {
    async handle(failure) {
      const { entry, reason, message, rejectedBy, nominatedNode } = failure;
      const { namespace, name, uid } = failure.pod.metadata;
      const pod = lister.get(namespace, name);
      if (pod === undefined || pod.metadata.uid !== uid || (pod.spec.nodeName ?? '') !== '') {
        queue.done(failure.pod);
        return;
      }
      queue.giveBack(entry, pod, rejectedBy);
      if (nominatedNode !== undefined) nominator.set(pod, nominatedNode);
      else nominator.set(pod);
      const note = message.length > MAX_NOTE ? `${message.slice(0, MAX_NOTE - 4)} ...` : message;
      events.event(pod, 'Warning', 'FailedScheduling', note);
      try {
        await writeStatus(pod, failure);
      } catch (error) {
        if (!isNotFound(error))
          logger.error('updating the status of a pod failed', { namespace, pod: name, reason, error });
      }
    },
  };
}
