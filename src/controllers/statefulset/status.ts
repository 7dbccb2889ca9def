import type { Mutable } from '../../api/meta.ts';
import type { Pod, StatefulSet } from '../../api/types.ts';
import { isPodAvailable } from '../pods.ts';
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

/** The counts of upstream, and the end of a rolling update: the update revision then becomes the current one. */
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
