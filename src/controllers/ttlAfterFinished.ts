import { keyOf, parseKey } from '../api/meta.ts';
import { jobs } from '../api/resources.ts';
import { isNotFound, isReason } from '../api/status.ts';
import { msOf } from '../api/time.ts';
import type { Job } from '../api/types.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';

/** Deletes Jobs some time after their end (`pkg/controller/ttlafterfinished`). */
export function ttlAfterFinishedController({
  client,
  informers,
  clock,
  enqueue,
}: ControllerContext): Controller {
  const all = informers.for(jobs);
  const wake = (job: Job): void => {
    if (endOf(job) !== undefined && job.metadata.deletionTimestamp === undefined)
      enqueue(keyOf(job.metadata));
  };
  all.addHandler({ onAdd: wake, onUpdate: wake });
  return {
    name: 'ttl-after-finished',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const job = all.get(namespace, name);
      const end = job === undefined ? undefined : endOf(job);
      if (job === undefined || end === undefined || job.metadata.deletionTimestamp !== undefined)
        return undefined;
      const left = end + (job.spec.ttlSecondsAfterFinished ?? 0) * 1000 - clock.now();
      if (left > 0) return { requeueAfterMs: left };
      try {
        // The time may have been changed meanwhile: only what was looked at is deleted.
        const { uid, resourceVersion } = job.metadata;
        const preconditions = { uid, resourceVersion };
        await client.delete(jobs, job.metadata, { propagationPolicy: 'Foreground', preconditions, signal });
      } catch (error) {
        if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
      }
      return undefined;
    },
  };
}

/** When a Job that has a time to live ended; undefined for others. */
function endOf(job: Job): number | undefined {
  if (job.spec.ttlSecondsAfterFinished === undefined) return undefined;
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return msOf(end?.lastTransitionTime);
}
