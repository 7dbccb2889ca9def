import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { desiredReplicas, maxSurge } from './limits.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/**
 * The replicas that the Deployment had when it last scaled the ReplicaSet. They tell a change of scale from a rollout.
 */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
/** The same with the surge that was allowed: what proportions are reckoned from. */
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const MAX_HISTORY_LENGTH = 2000;

/** Annotations that a ReplicaSet does not take over from its Deployment. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

/** Revisions are 64 bits wide: more than a number holds. 0 where there is none. */
export function revisionOf(rs: ReplicaSet): bigint {
  const text = rs.metadata.annotations?.[REVISION] ?? '';
  return /^\d+$/.test(text) ? BigInt(text) : 0n;
}

export function nextRevision(old: readonly ReplicaSet[]): bigint {
  return old.map(revisionOf).reduce((max, each) => (each > max ? each : max), 0n) + 1n;
}

export type Annotations = Record<string, string>;

/**
 * The annotations of the ReplicaSet of the current template: those of the Deployment, and the revision, which only
 * goes up. A revision that it had before (it is rolled back to) goes to the history.
 */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  current: Readonly<Annotations>,
  revision: bigint,
): Annotations {
  const result: Annotations = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!OWN.has(key)) result[key] = value;
  }
  const before = current[REVISION];
  if (before === undefined || !/^\d+$/.test(before) || BigInt(before) < revision) {
    result[REVISION] = revision.toString();
    if (before !== undefined) result[REVISION_HISTORY] = historyWith(current[REVISION_HISTORY] ?? '', before);
  }
  return result;
}

/** With what the Deployment wants now. */
export function withReplicasAnnotations(
  deployment: Deployment,
  annotations: Readonly<Annotations>,
): Annotations {
  const desired = desiredReplicas(deployment);
  return {
    ...annotations,
    [DESIRED_REPLICAS]: String(desired),
    [MAX_REPLICAS]: String(desired + maxSurge(deployment)),
  };
}

/** The oldest revisions go where the list becomes too long. */
function historyWith(history: string, revision: string): string {
  const revisions = history === '' ? [revision] : [...history.split(','), revision];
  while (revisions.join(',').length > MAX_HISTORY_LENGTH) revisions.shift();
  return revisions.join(',');
}
