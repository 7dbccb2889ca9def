import { keyOf, parseKey } from '../../api/meta.ts';
import { pods } from '../../api/resources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { podCondition } from '../pods.ts';

/** How long a pod that is to be disrupted may go on without being deleted. */
const TIMEOUT_MS = 2 * 60_000;

/** Takes DisruptionTarget back from pods that were not deleted after all (`pkg/controller/disruption` syncStalePodDisruption). */
export function staleTargetsController({ client, clock, informers, enqueue }: ControllerContext): Controller {
  const allPods = informers.for(pods);
  const look = (pod: Pod): void => {
    const staleAt = staleTime(pod);
    if (staleAt !== undefined) enqueue(keyOf(pod.metadata), Math.max(staleAt - clock.now(), 0));
  };
  allPods.addHandler({ onAdd: look, onUpdate: look });

  return {
    name: 'stale-disruption-targets',
    workers: 1,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const pod = allPods.get(namespace, name);
      const staleAt = pod === undefined ? undefined : staleTime(pod);
      if (pod === undefined || staleAt === undefined) return undefined;
      const now = clock.now();
      if (staleAt > now) return { requeueAfterMs: staleAt - now };
      const { uid, resourceVersion } = pod.metadata;
      const conditions = [
        {
          type: 'DisruptionTarget',
          status: 'False',
          reason: null,
          message: null,
          lastTransitionTime: timeOf(now),
        },
      ];
      try {
        await client.patch(
          pods,
          pod.metadata,
          'application/strategic-merge-patch+json',
          { metadata: { uid, resourceVersion }, status: { conditions } },
          { subresource: 'status', signal },
        );
      } catch (error) {
        // It has changed or gone, of which the informer tells.
        if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
      }
      return undefined;
    },
  };
}

/** When the condition of a pod is out of date, in ms since the epoch; undefined for never. A node's own is not. */
export function staleTime(pod: Pod): number | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const target = podCondition(pod, 'DisruptionTarget');
  if (target?.status !== 'True' || target.reason === 'TerminationByKubelet') return undefined;
  return (msOf(target.lastTransitionTime) ?? 0) + TIMEOUT_MS;
}
