import { msOf } from '../../api/time.ts';
import { JOB_INDEX } from '../../api/kinds/job/selector.ts';
import type { Job, Pod } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { podFromTemplate } from '../podFromTemplate.ts';

/** Held by a pod until its Job has counted it (KEP-2307). */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
/** How often the pods of an index had failed when this one was made (KEP-3850). */
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';

export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed';
export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING) === true;
export const isGoing = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** The completion index of a pod; undefined where it has none below the Job's completions. */
export function indexOf(job: Job, pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[JOB_INDEX] ?? '';
  const index = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return index === undefined || index >= (job.spec.completions ?? 0) ? undefined : index;
}

export const failuresOf = (pod: Pod): number => Number(pod.metadata.annotations?.[FAILURES] ?? 0) || 0;

export const hasSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded';

/** Where only failed pods are replaced, one on its way out has not failed yet (KEP-3939). */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  const waits = job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;
  return !waits && isGoing(pod) && !hasSucceeded(pod);
}

/** When the last of a pod's containers ended; for one without any, when it was deleted or last changed. */
export function endOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? [])
    .map(({ state }) => msOf(state?.terminated?.finishedAt))
    .filter((end) => end !== undefined);
  if (ends.length > 0) return Math.max(...ends);
  const changes = (pod.status?.conditions ?? [])
    .map(({ lastTransitionTime }) => msOf(lastTransitionTime))
    .filter((time) => time !== undefined);
  return Math.max(
    msOf(pod.metadata.deletionTimestamp) ?? 0,
    msOf(pod.metadata.creationTimestamp) ?? 0,
    ...changes,
  );
}

/** A pod of the Job; of an indexed one it knows its index by name, label, annotation, host name and environment. */
export function newPod(job: Job, index: number | undefined, failures: number): NewObject<Pod> {
  const pod = podFromTemplate(job, job.spec.template);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), TRACKING];
  pod.metadata.generateName = `${job.metadata.name}-${index === undefined ? '' : `${index}-`}`;
  if (index === undefined) return pod;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [JOB_INDEX]: String(index),
    ...(job.spec.backoffLimitPerIndex === undefined ? {} : { [FAILURES]: String(failures) }),
  };
  pod.metadata.labels = { ...pod.metadata.labels, [JOB_INDEX]: String(index) };
  pod.spec.hostname = `${job.metadata.name}-${index}`;
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${JOB_INDEX}']` } },
  };
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    if (container.env?.some(({ name }) => name === variable.name) === true) continue;
    container.env = [...(container.env ?? []), structuredClone(variable)];
  }
  return pod;
}
