import type { Clock } from '../../base/clock.ts';
import type { Pod } from '../../api/types.ts';
import { ContainerStarts } from './containerStarts.ts';
import { Holds } from './holds.ts';
import type { PodIdentity } from './identity.ts';
import { PodEnding } from './podEnding.ts';
import { PodLife } from './podLife.ts';
import { PodResources } from './podResources.ts';

/**
 * What the agent keeps of a pod between its passes. Everything else is read from the API and the runtime. Each part has
 * one writer, which its own file names; all others read it.
 */
export interface PodRecord {
  readonly identity: PodIdentity;
  readonly life: PodLife;
  readonly ending: PodEnding;
  readonly starts: ContainerStarts;
  readonly holds: Holds;
  readonly resources: PodResources;
}

export function newRecord(
  identity: PodIdentity,
  pod: Pod | undefined,
  clock: Pick<Clock, 'monotonic'>,
): PodRecord {
  return {
    identity,
    life: new PodLife(pod),
    ending: new PodEnding(),
    starts: new ContainerStarts(),
    holds: new Holds(clock),
    resources: new PodResources(pod),
  };
}
