import { AsyncQueue } from '../../../base/asyncQueue.ts';
import type { RuntimeEvent } from '../contract.ts';
import { containerdEvents, type ContainerdEventOptions } from './containerdEvents.ts';
import type { TaskEnd, Tasks } from './tasks.ts';
import type { TaskWatch } from './taskWatch.ts';
import type { UnseenEnds } from './unseenEnds.ts';

export interface RuntimeEventOptions extends ContainerdEventOptions {
  readonly watch: TaskWatch;
  readonly tasks: Pick<Tasks, 'get'>;
  readonly ends: Pick<UnseenEnds, 'follow' | 'outOfMemory'>;
  /** The sandbox of a container that the driver has seen; the id itself for a sandbox; undefined for neither. */
  sandboxOf(id: string): string | undefined;
}

/** containerd's events, and the ends that they did not tell of. */
export async function* runtimeEvents(
  options: RuntimeEventOptions,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const { watch, tasks, ends } = options;
  const queue = new AsyncQueue<RuntimeEvent>();
  const following = new Set<string>();

  /** Ends are followed side by side: one that CRI does not take note of holds up no other. */
  const follow = async (id: string, end?: TaskEnd): Promise<void> => {
    watch.ended(id);
    if (following.has(id)) return;
    following.add(id);
    await ends.follow(id, end, signal);
    following.delete(id);
    const sandbox = options.sandboxOf(id) ?? id;
    queue.push({ type: 'stopped', sandbox, container: sandbox === id ? '' : id });
  };
  /** One whose process is not known has not ended before containerd says so. */
  const foundGone = async (id: string, pid: number | undefined): Promise<void> => {
    if (pid === undefined) {
      const task = await tasks.get(id).catch(() => 'unknown' as const);
      if (task === 'unknown' || (task !== undefined && task.end === undefined)) {
        watch.track(id, task === 'unknown' ? undefined : task.pid);
        return;
      }
    }
    await follow(id);
  };
  const listen = async (): Promise<void> => {
    for await (const event of containerdEvents(options, signal)) {
      switch (event.type) {
        case 'started':
          watch.track(event.id, event.pid);
          break;
        case 'outOfMemory':
          ends.outOfMemory(event.id);
          break;
        case 'ended':
          void follow(event.id, event);
          break;
        case 'reconnected':
          queue.push(event);
          break;
      }
    }
  };

  const gone = watch.watch((id, pid) => void foundGone(id, pid));
  const listening = listen();
  try {
    yield* queue.read(signal);
  } finally {
    gone.dispose();
  }
  await listening;
}
