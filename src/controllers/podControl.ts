import type { KubeObject } from '../api/meta.ts';
import { pods } from '../api/resources.ts';
import { isNotFound, isReason } from '../api/status.ts';
import type { Pod } from '../api/types.ts';
import type { NewObject } from '../client/contract.ts';
import type { ControllerContext } from '../client/controller.ts';
import { isNamespaceTerminating } from './namespaces.ts';
import { inSlowStartBatches } from './slowStart.ts';
import type { PendingWrites } from './writes.ts';

/** The owner that pods are made and ended for, and where its controller notes what it has written. */
export interface PodOwner {
  readonly key: string;
  readonly owner: KubeObject;
  readonly pending: PendingWrites<Pod>;
}

/**
 * Makes pods, few at first, and tells of each (`pkg/controller/controller_utils.go` RealPodControl). Answers the first
 * error, undefined for none.
 * @param next gives the next pod to make; asked `count` times at the most
 */
export function createPods(
  { client, events }: ControllerContext,
  { key, owner, pending }: PodOwner,
  count: number,
  next: () => NewObject<Pod>,
  signal: AbortSignal,
): Promise<unknown> {
  return inSlowStartBatches(count, async () => {
    try {
      const pod = await client.create(pods, next(), { signal });
      pending.created(key, pod);
      events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      // Nothing can be created in a namespace that ends, and nothing needs to be.
      if (isNamespaceTerminating(error)) return;
      if (!signal.aborted) {
        events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      }
      throw error;
    }
  });
}

/** Deletes pods all at once, and tells of each. Answers the first error, undefined for none. */
export async function deletePods(
  { client, events }: ControllerContext,
  { key, owner, pending }: PodOwner,
  victims: readonly Pod[],
  signal: AbortSignal,
): Promise<unknown> {
  const outcomes = await Promise.allSettled(
    victims.map(async (pod) => {
      try {
        await client.delete(pods, pod.metadata, { signal, preconditions: { uid: pod.metadata.uid } });
        events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
      } catch (error) {
        // Gone already, or another pod under its name.
        if (!isNotFound(error) && !isReason(error, 'Conflict')) {
          events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
          throw error;
        }
      }
      pending.deleted(key, pod);
    }),
  );
  return outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
