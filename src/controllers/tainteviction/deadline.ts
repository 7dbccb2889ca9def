import { msOf } from '../../api/time.ts';
import { tolerates } from '../../api/tolerations.ts';
import type { Pod, Taint } from '../../api/types.ts';

/**
 * When a pod has to leave its node because of NoExecute taints, in ms since the epoch; undefined for never. A taint
 * that no toleration covers means at once; a toleration with a time lets the pod stay that long from when the taint
 * was put on (or the pod came), so that a restarted control plane goes on where the last one was. Pure.
 * @param seen when the taints were first seen on the pod's node: for taints that do not say when they were put on
 */
export function evictionDeadline(pod: Pod, taints: readonly Taint[], seen: number): number | undefined {
  const created = msOf(pod.metadata.creationTimestamp) ?? 0;
  let deadline: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const matching = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    const seconds =
      matching.length === 0
        ? [0]
        : matching.map((each) => each.tolerationSeconds).filter((each) => each !== undefined);
    if (seconds.length === 0) continue;
    const since = Math.max(msOf(taint.timeAdded) ?? seen, created);
    const end = since + Math.max(Math.min(...seconds), 0) * 1000;
    deadline = deadline === undefined ? end : Math.min(deadline, end);
  }
  return deadline;
}
