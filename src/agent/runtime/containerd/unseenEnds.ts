import type { Clock } from '../../../base/clock.ts';
import type { RuntimeContainer, SandboxStatus } from '../contract.ts';
import type { TaskEnd, Tasks } from './tasks.ts';

/**
 * Ends of containers and sandboxes that CRI does not show. It takes note of one when it has deleted the task; where
 * that fails (crun's state is gone, its delete was cut short) it shows the container as running for ever.
 */
export interface UnseenEnds {
  /** Resolves when the driver shows the end: because CRI does, or because CRI took too long and it is noted here. */
  follow(id: string, end: TaskEnd | undefined, signal: AbortSignal): Promise<void>;
  /** Notes the end of what is down for certain. */
  note(id: string, end?: TaskEnd): Promise<void>;
  /** Its end had to do with memory. */
  outOfMemory(id: string): void;
  has(id: string): boolean;
  /** The state that CRI reports, corrected. */
  container(container: RuntimeContainer): RuntimeContainer;
  sandbox(sandbox: SandboxStatus): SandboxStatus;
  forget(id: string): void;
}

export interface UnseenEndsOptions {
  readonly clock: Clock;
  readonly tasks: Pick<Tasks, 'get'>;
  /**
   * Whether CRI shows its end. A container that ends at once may still be shown as created, and as running after that:
   * CRI notes the start when its own call to containerd returns.
   */
  hasEnded(id: string): Promise<boolean>;
}

/** On a busy machine CRI takes note late: what it has in hand itself it gives up after ten seconds. */
const LIMIT_MS = 10_000;
const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 100;
/** As CRI has it for an end that nobody saw. */
const UNKNOWN = { exitCode: 255, reason: 'Unknown' } as const;

export function createUnseenEnds(options: UnseenEndsOptions): UnseenEnds {
  const { clock, tasks } = options;
  const ends = new Map<string, TaskEnd & { readonly reason: string }>();
  const killedForMemory = new Set<string>();

  const note: UnseenEnds['note'] = async (id, known) => {
    const end = known ?? (await tasks.get(id).catch(() => undefined))?.end;
    const reason = killedForMemory.has(id)
      ? 'OOMKilled'
      : end === undefined
        ? UNKNOWN.reason
        : end.exitCode === 0
          ? 'Completed'
          : 'Error';
    ends.set(id, { ...(end ?? { exitCode: UNKNOWN.exitCode, finishedAt: clock.now() }), reason });
  };
  return {
    async follow(id, end, signal) {
      const until = clock.monotonic() + LIMIT_MS;
      for (let delay = FIRST_LOOK_MS; ; delay = Math.min(2 * delay, LAST_LOOK_MS)) {
        if ((await options.hasEnded(id).catch(() => false)) || signal.aborted) return;
        if (clock.monotonic() >= until) break;
        await clock.sleep(delay, signal).catch(() => undefined);
      }
      await note(id, end);
    },
    note,
    outOfMemory: (id) => void killedForMemory.add(id),
    has: (id) => ends.has(id),
    container(container) {
      const end = container.state === 'running' ? ends.get(container.id) : undefined;
      return end === undefined ? container : { ...container, state: 'exited', ...end };
    },
    sandbox(sandbox) {
      return sandbox.ready && ends.has(sandbox.id) ? { ...sandbox, ready: false, ips: [] } : sandbox;
    },
    forget(id) {
      ends.delete(id);
      killedForMemory.delete(id);
    },
  };
}
