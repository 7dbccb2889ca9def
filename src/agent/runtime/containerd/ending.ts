import { type Runtime, RuntimeError } from '../contract.ts';
import type { CriConnection } from './criConnection.ts';
import { isAbsent } from './criStatus.ts';
import type { Force } from './force.ts';
import type { Leftovers } from './leftovers.ts';
import type { UnseenEnds } from './unseenEnds.ts';

/** The verbs that end something. None of them fails the same way for ever: what CRI cannot do is done past it. */
export type EndingVerbs = Pick<
  Runtime,
  'stopContainer' | 'removeContainer' | 'stopSandbox' | 'removeSandbox'
>;

export interface EndingOptions {
  readonly connection: Pick<CriConnection, 'call'>;
  readonly force: Force;
  readonly ends: Pick<UnseenEnds, 'has' | 'note'>;
  readonly leftovers: Pick<Leftovers, 'add'>;
  /** All that were ever seen in a sandbox. */
  containersOf(sandbox: string): readonly string[];
  /** A container, or a sandbox with all that was in it, is gone. */
  forget(id: string): void;
}

/** How much longer than its grace the end of a container may take, and how long that of a sandbox with its network. */
const KILL_TIMEOUT_MS = 30_000;
const SANDBOX_TIMEOUT_MS = 60_000;
/** So often the network of a sandbox may fail to be taken down before its pod stops waiting for it. */
const PATIENCE = 5;

export function createEnding(options: EndingOptions): EndingVerbs {
  const { connection, force, ends, leftovers } = options;
  const failures = new Map<string, number>();

  const criStopSandbox = (id: string): Promise<unknown> =>
    connection.call('StopPodSandbox', { id }, { timeoutMs: SANDBOX_TIMEOUT_MS });
  const isDown = async (ids: readonly string[]): Promise<boolean> =>
    (await Promise.all(ids.map((id) => force.isDown(id)))).every(Boolean);
  const noteAll = async (ids: readonly string[]): Promise<void> => {
    await Promise.all(ids.map((id) => ends.note(id)));
  };

  return {
    async stopContainer(id, graceSeconds) {
      const timeoutMs = graceSeconds * 1_000 + KILL_TIMEOUT_MS;
      const failure = await failureOf(
        connection.call('StopContainer', { id, timeout: graceSeconds }, { timeoutMs }),
      );
      if (failure === undefined) return;
      // Where the time was over, it has had its grace.
      if (!(await force.isDown(id))) await force.end(id, failure.code === 'deadline' ? 0 : graceSeconds);
      await ends.note(id);
    },
    async removeContainer(id) {
      const remove = (): Promise<RuntimeError | undefined> =>
        failureOf(connection.call('RemoveContainer', { id }));
      const failure = await remove();
      if (failure !== undefined && !(await isDown([id]))) throw failure;
      if (failure === undefined) options.forget(id);
      else leftovers.add(id, remove);
    },
    async stopSandbox(id) {
      const ids = options.containersOf(id);
      if (
        !ids.some((container) => ends.has(container)) &&
        (await failureOf(criStopSandbox(id))) === undefined
      )
        return;
      await force.endShim(id, ids);
      const failure = await failureOf(criStopSandbox(id));
      const count = (failures.get(id) ?? 0) + 1;
      failures.set(id, count);
      if (failure === undefined) return;
      if (count < PATIENCE || !(await isDown([id, ...ids]))) throw failure;
      await noteAll([id, ...ids]);
    },
    async removeSandbox(id) {
      const remove = (): Promise<RuntimeError | undefined> =>
        failureOf(connection.call('RemovePodSandbox', { id }));
      const failure = await remove();
      if (failure !== undefined && !(await isDown([id, ...options.containersOf(id)]))) throw failure;
      failures.delete(id);
      if (failure === undefined) options.forget(id);
      // Its network is taken down once more: that may be what stands in the way.
      else leftovers.add(id, async () => (await failureOf(criStopSandbox(id))) ?? (await remove()));
    },
  };
}

/** Undefined where it is done, or where there is nothing to do it to. @throws RuntimeError where containerd is away */
async function failureOf(call: Promise<unknown>): Promise<RuntimeError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (!(error instanceof RuntimeError) || error.code === 'unavailable') throw error;
    return error;
  }
}
