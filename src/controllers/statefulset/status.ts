import type { Mutable } from '../../api/meta.ts';
import { msOf } from '../../api/time.ts';
import type { Pod, StatefulSet } from '../../api/types.ts';
import { isPodAvailable, podCondition } from '../pods.ts';
import { versionOf } from './identity.ts';
import { isGoing, isRunningAndReady, replicasOf } from './plan.ts';

export type StatefulSetStatus = Mutable<NonNullable<StatefulSet['status']>>;

export interface Counted {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of revisions. */
  readonly current: string;
  readonly update: string;
  readonly collisionCount: number;
  readonly now: number;
}

/** What upstream counts, and the end of a rolling update: from then on the update is the current revision. */
export function statefulSetStatus(counted: Counted): StatefulSetStatus {
  const { set, pods, update, now } = counted;
  const minReady = set.spec.minReadySeconds ?? 0;
  const staying = pods.filter((pod) => !isGoing(pod));
  const ofVersion = (name: string): number => staying.filter((pod) => versionOf(pod) === name).length;
  const ready = pods.filter(isRunningAndReady);
  const status: StatefulSetStatus = {
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReady, now)).length,
    currentReplicas: ofVersion(counted.current),
    updatedReplicas: ofVersion(update),
    currentRevision: counted.current,
    updateRevision: update,
    collisionCount: counted.collisionCount,
    observedGeneration: set.metadata.generation ?? 0,
    ...(set.status?.conditions === undefined ? {} : { conditions: [...set.status.conditions] }),
  };
  const replicas = replicasOf(set);
  const complete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    status.updatedReplicas === replicas &&
    status.readyReplicas === replicas &&
    status.replicas === replicas;
  if (complete) {
    status.currentReplicas = status.updatedReplicas ?? 0;
    status.currentRevision = update;
  }
  return status;
}

/** Milliseconds until the next pod has been ready for long enough; undefined for none. */
export function nextAvailability(set: StatefulSet, pods: readonly Pod[], now: number): number | undefined {
  const minReadyMs = (set.spec.minReadySeconds ?? 0) * 1000;
  const waits = pods.flatMap((pod) => {
    const since = isRunningAndReady(pod) ? msOf(podCondition(pod, 'Ready')?.lastTransitionTime) : undefined;
    const wait = since === undefined ? 0 : since + minReadyMs - now;
    return wait > 0 ? [wait] : [];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
