import type { Pod } from '../../api/types.ts';
import type { Runtime } from '../runtime/contract.ts';
import { instancesByName } from './identity.ts';
import type { RuntimeView } from './runtimeView.ts';

/** The newest instance and the one before it: what status, `logs` and `logs --previous` show. */
const KEPT_INSTANCES = 2;

/**
 * Takes away what no one can ask for any more: older dead instances of containers, and sandboxes that a newer one has
 * replaced once none of their containers is kept (kuberuntime_gc.go, here right after the pass that makes them old).
 */
export async function pruneContainers(
  pod: Pod,
  view: Pick<RuntimeView, 'forPod' | 'refresh'>,
  runtime: Pick<Runtime, 'removeContainer' | 'stopSandbox' | 'removeSandbox'>,
): Promise<void> {
  const sandboxes = view.forPod(pod.metadata.uid);
  const old = [...instancesByName(sandboxes).values()]
    .flatMap((instances) => instances.slice(KEPT_INSTANCES))
    .filter(({ state }) => state === 'exited');
  const removed = new Set(old.map(({ id }) => id));
  const emptied = sandboxes
    .slice(1)
    .filter(({ ready, containers }) => !ready && containers.every(({ id }) => removed.has(id)));
  if (old.length === 0 && emptied.length === 0) return;
  await Promise.all(old.map(({ id }) => runtime.removeContainer(id)));
  await Promise.all(
    emptied.map(async ({ id }) => {
      await runtime.stopSandbox(id);
      await runtime.removeSandbox(id);
    }),
  );
  const touched = sandboxes.filter(
    ({ id, containers }) => emptied.some((s) => s.id === id) || containers.some((c) => removed.has(c.id)),
  );
  await Promise.all(touched.map(({ id }) => view.refresh(id)));
}
