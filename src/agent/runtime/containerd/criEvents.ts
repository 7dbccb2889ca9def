import type { Clock } from '../../../base/clock.ts';
import { exponentialBackoff } from '../../../base/backoff.ts';
import type { RuntimeEvent } from '../contract.ts';
import { type CriConnection, isUnimplemented } from './criConnection.ts';
import type { ContainerdEnvelope, CriContainerEvent } from './criTypes.ts';

const TYPES = ['created', 'started', 'stopped', 'deleted'] as const;

export interface CriEventOptions {
  readonly connection: CriConnection;
  readonly clock: Clock;
  /** The sandbox of a container that the driver has seen; the id itself for a sandbox; undefined for neither. */
  sandboxOf(id: string): string | undefined;
  /** Resolves once CRI shows the container as exited. */
  settled(id: string, signal: AbortSignal): Promise<void>;
}

/**
 * Runtime events for as long as the signal lasts: CRI's own stream; where the runtime does not have it (containerd
 * before 1.7), containerd's event service. Reconnects with back-off and says so with `reconnected`.
 */
export async function* criEvents(
  options: CriEventOptions,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const initial = exponentialBackoff({ initialMs: 50, maxMs: 2_000 });
  let backoff = initial;
  let source = fromCri;
  for (;;) {
    try {
      for await (const event of source(options, signal)) {
        backoff = initial;
        yield event;
      }
    } catch (error) {
      if (isUnimplemented(error) && source === fromCri) {
        source = fromContainerd;
        continue;
      }
    }
    if (signal.aborted) return;
    try {
      await options.clock.sleep(backoff.delayMs, signal);
    } catch {
      return;
    }
    backoff = backoff.next();
    yield { type: 'reconnected', sandbox: '', container: '' };
  }
}

async function* fromCri(options: CriEventOptions, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  for await (const event of options.connection.stream<CriContainerEvent>('GetContainerEvents', {}, signal)) {
    const type = TYPES[event.type];
    const sandbox = event.sandbox?.id ?? options.sandboxOf(event.containerId) ?? event.containerId;
    if (type === undefined) continue;
    yield { type, sandbox, container: event.containerId === sandbox ? '' : event.containerId };
  }
}

const TOPICS: Readonly<Record<string, { type: RuntimeEvent['type']; message: string }>> = {
  '/tasks/start': { type: 'started', message: 'TaskEvent' },
  '/tasks/exit': { type: 'stopped', message: 'TaskExit' },
  '/containers/create': { type: 'created', message: 'ContainerObjectEvent' },
  '/containers/delete': { type: 'deleted', message: 'ContainerObjectEvent' },
};

async function* fromContainerd(options: CriEventOptions, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  const filters = Object.keys(TOPICS).map((topic) => `namespace==k8s.io,topic=="${topic}"`);
  const { connection } = options;
  for await (const envelope of connection.stream<ContainerdEnvelope>('Subscribe', { filters }, signal)) {
    const topic = TOPICS[envelope.topic];
    if (topic === undefined || envelope.event === null) continue;
    const decoded = connection.decode<{ id: string; containerId?: string }>(
      topic.message,
      envelope.event.value,
    );
    const id = decoded.containerId ?? decoded.id;
    // The end of an exec inside a container is a task exit too; it is none of the container's.
    if (envelope.topic === '/tasks/exit' && decoded.id !== id) continue;
    // containerd tells of the exit before its CRI part has taken note of it: a status read now may still say running.
    if (topic.type === 'stopped') await options.settled(id, signal);
    const sandbox = options.sandboxOf(id) ?? id;
    yield { type: topic.type, sandbox, container: id === sandbox ? '' : id };
  }
}
