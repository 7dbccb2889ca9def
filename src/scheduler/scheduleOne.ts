import type { Logger } from '../base/logger.ts';
import type { Pod } from '../api/types.ts';
import type { EventRecorder } from '../client/eventRecorder.ts';
import type { SchedulerCache } from './cache.ts';
import type { FailureHandler } from './failure.ts';
import { fitErrorMessage } from './fitError.ts';
import type { Status } from './framework.ts';
import type { Nominator } from './nominator.ts';
import type { QueueEntry, SchedulingQueue } from './queue.ts';
import { Cycle, type FrameworkRunner, isRejection } from './runner.ts';
import { type NodeSelector, type Selection, SchedulingError } from './selectNode.ts';
import type { WaitingPods } from './waitingPods.ts';

export interface SchedulingParts {
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly runner: FrameworkRunner;
  readonly selector: NodeSelector;
  readonly waiting: WaitingPods;
  readonly failure: FailureHandler;
  readonly events: EventRecorder;
  readonly logger: Logger;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * One pod from the queue to its node (kube-scheduler `schedule_one.go`). The scheduling cycle decides without giving
 * way to anything; the binding cycle goes on by itself, so that many pods are being bound while the next is decided.
 */
export class PodScheduler {
  readonly #parts: SchedulingParts;

  constructor(parts: SchedulingParts) {
    this.#parts = parts;
  }

  /**
   * Runs the scheduling cycle. Returns the binding cycle (or the handling of the failure), which never rejects, or
   * undefined where the pod needs no scheduling any more.
   */
  schedule(entry: QueueEntry, signal: AbortSignal): Promise<void> | undefined {
    const { cache, queue, selector } = this.#parts;
    const { pod } = entry;
    if (pod.metadata.deletionTimestamp !== undefined || cache.isAssumed(pod)) {
      queue.done(pod);
      return undefined;
    }
    const cycle = new Cycle();
    try {
      if (cache.nodes.length === 0) {
        return this.#fail(entry, pod, 'Unschedulable', 'no nodes available to schedule pods', new Set(['']));
      }
      const selection = selector.select(cycle, pod);
      return selection.node === undefined
        ? this.#unschedulable(cycle, entry, selection, signal)
        : this.#place(cycle, entry, selection.node, signal);
    } catch (error) {
      if (!(error instanceof SchedulingError)) this.#parts.logger.error('scheduling failed', { error });
      return this.#fail(entry, pod, 'SchedulerError', messageOf(error), NONE);
    }
  }

  async #unschedulable(
    cycle: Cycle,
    entry: QueueEntry,
    selection: Extract<Selection, { node: undefined }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { runner } = this.#parts;
    const { diagnosis, statuses, rejectedBy } = selection;
    if (!runner.canPostFilter) {
      await this.#fail(entry, entry.pod, 'Unschedulable', fitErrorMessage(diagnosis), rejectedBy);
      return;
    }
    try {
      const { status, nominatedNode } = await runner.postFilter(cycle, entry.pod, statuses, signal);
      const message = fitErrorMessage({ ...diagnosis, postFilter: status.reasons.join(', ') });
      await this.#fail(entry, entry.pod, 'Unschedulable', message, rejectedBy, nominatedNode);
    } catch (error) {
      await this.#fail(entry, entry.pod, 'SchedulerError', messageOf(error), NONE);
    }
  }

  #place(cycle: Cycle, entry: QueueEntry, node: string, signal: AbortSignal): Promise<void> {
    const { cache, runner, nominator } = this.#parts;
    const assumed = cache.assume(entry.pod, node);
    nominator.delete(entry.pod);
    const refused = runner.reserve(cycle, assumed, node);
    if (refused !== undefined) return this.#takeBack(cycle, entry, assumed, node, refused);
    const permit = runner.permit(cycle, assumed, node);
    if (permit !== undefined && permit.status.code !== 'Wait') {
      return this.#takeBack(cycle, entry, assumed, node, permit.status);
    }
    return this.#bind(cycle, entry, assumed, node, permit, signal);
  }

  async #bind(
    cycle: Cycle,
    entry: QueueEntry,
    assumed: Pod,
    node: string,
    permit: { status: Status; timeoutMs: number } | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { runner, queue, waiting, events } = this.#parts;
    try {
      if (permit !== undefined) {
        const rejected = await waiting.wait(assumed, permit.status.plugin ?? '', permit.timeoutMs);
        if (rejected !== undefined) {
          await this.#takeBack(cycle, entry, assumed, node, rejected);
          return;
        }
      }
      // From here on only errors can happen, which no event of the cluster mends.
      queue.done(entry.pod);
      const failed =
        (await runner.preBind(cycle, assumed, node, signal)) ??
        (await runner.bind(cycle, assumed, node, signal));
      if (failed !== undefined) {
        await this.#takeBack(cycle, entry, assumed, node, failed);
        return;
      }
      const { namespace, name } = assumed.metadata;
      events.event(entry.pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
      runner.postBind(cycle, assumed, node);
    } catch (error) {
      const failed: Status = { code: 'Error', reasons: [messageOf(error)] };
      await this.#takeBack(cycle, entry, assumed, node, failed);
    }
  }

  /** Undoes a placement: other pods may use the room again. */
  async #takeBack(
    cycle: Cycle,
    entry: QueueEntry,
    assumed: Pod,
    node: string,
    status: Status,
  ): Promise<void> {
    const { cache, runner, queue } = this.#parts;
    runner.unreserve(cycle, assumed, node);
    cache.forget(assumed);
    queue.moveAll({ event: { resource: 'AssignedPod', actions: ['Delete'] }, old: assumed });
    if (isRejection(status)) {
      const message = fitErrorMessage({ totalNodes: 1, statuses: new Map([[node, status]]) });
      await this.#fail(entry, entry.pod, 'Unschedulable', message, new Set([status.plugin ?? '']));
    } else {
      await this.#fail(entry, entry.pod, 'SchedulerError', status.reasons.join(', '), NONE);
    }
  }

  #fail(
    entry: QueueEntry,
    pod: Pod,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    rejectedBy: ReadonlySet<string>,
    nominatedNode?: string,
  ): Promise<void> {
    return this.#parts.failure.handle({ entry, pod, reason, message, rejectedBy, nominatedNode });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
