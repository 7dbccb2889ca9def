import { isAborted } from '../../../base/abort.ts';
import { exponentialBackoff } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';
import { CRI_NAMESPACE, type CriConnection } from './criConnection.ts';
import type { ContainerdEnvelope, ContainerdTime } from './criTypes.ts';
import { millisOf } from './tasks.ts';

/** What happens to the processes behind containers and sandboxes. */
export type TaskEvent =
  | { readonly type: 'started'; readonly id: string; readonly pid: number }
  | { readonly type: 'outOfMemory'; readonly id: string }
  | { readonly type: 'ended'; readonly id: string; readonly exitCode: number; readonly finishedAt: number }
  /** The stream runs, after a time without one: what happened meanwhile is not told. */
  | { readonly type: 'reconnected' };

export interface ContainerdEventOptions {
  readonly connection: Pick<CriConnection, 'call' | 'stream' | 'decode'>;
  readonly clock: Clock;
}

const START = '/tasks/start';
const EXIT = '/tasks/exit';
const OOM = '/tasks/oom';
/** Of our own: see `prove`. */
const HELLO = '/wheelhouse/hello';
const FILTERS = [START, EXIT, OOM, HELLO].map((topic) => `namespace==${CRI_NAMESPACE},topic=="${topic}"`);

/**
 * Events of containerd's own service for as long as the signal lasts; reconnects with back-off. Not CRI's stream:
 * containerd 1.7 feeds all of those from one channel, so that the stream of an agent that has died still takes the next
 * event (containerd issues 7073 and 7318).
 */
export async function* containerdEvents(
  options: ContainerdEventOptions,
  signal: AbortSignal,
): AsyncGenerator<TaskEvent> {
  const { connection, clock } = options;
  const initial = exponentialBackoff({ initialMs: 50, maxMs: 1_000 });
  let backoff = initial;
  let isFirst = true;
  while (!isAborted(signal)) {
    const proof = new AbortController();
    try {
      const stream = connection.stream<ContainerdEnvelope>('Subscribe', { filters: FILTERS }, signal);
      void prove(options, proof.signal);
      for await (const envelope of stream) {
        if (envelope.topic !== HELLO) {
          const event = taskEvent(options, envelope);
          if (event !== undefined) yield event;
          continue;
        }
        if (proof.signal.aborted) continue;
        proof.abort();
        backoff = initial;
        if (!isFirst) yield { type: 'reconnected' };
      }
    } catch {
      // containerd has gone away: that it is back is told by the next stream.
    } finally {
      proof.abort();
      isFirst = false;
    }
    await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
    backoff = backoff.next();
  }
}

/**
 * Nothing tells when a subscription has begun to count, and what happens before is lost: an event of our own is
 * published until the stream shows it.
 */
async function prove({ connection, clock }: ContainerdEventOptions, seen: AbortSignal): Promise<void> {
  let backoff = exponentialBackoff({ initialMs: 10, maxMs: 1_000 });
  while (!seen.aborted) {
    const hello = { topic: HELLO, event: { typeUrl: 'wheelhouse.dev/Hello', value: new Uint8Array() } };
    await connection.call('Publish', hello, { signal: seen }).catch(() => undefined);
    await clock.sleep(backoff.delayMs, seen).catch(() => undefined);
    backoff = backoff.next();
  }
}

function taskEvent(
  { connection, clock }: ContainerdEventOptions,
  { topic, event }: ContainerdEnvelope,
): TaskEvent | undefined {
  if (event === null) return undefined;
  switch (topic) {
    case START: {
      const { containerId, pid } = connection.decode<{ containerId: string; pid: number }>(
        'TaskStart',
        event.value,
      );
      return { type: 'started', id: containerId, pid };
    }
    case OOM: {
      const { containerId } = connection.decode<{ containerId: string }>('TaskOom', event.value);
      return { type: 'outOfMemory', id: containerId };
    }
    case EXIT: {
      const exit = connection.decode<{
        containerId: string;
        id: string;
        exitStatus: number;
        exitedAt: ContainerdTime | null;
      }>('TaskExit', event.value);
      // The end of an exec inside a container is an exit of a task as well, but not of the container.
      if (exit.id !== exit.containerId) return undefined;
      const finishedAt = exit.exitedAt === null ? clock.now() : millisOf(exit.exitedAt);
      return { type: 'ended', id: exit.id, exitCode: exit.exitStatus, finishedAt };
    }
    default:
      return undefined;
  }
}
