import type { AdmissionAttributes } from '../contract.ts';
import type { CheckedPod } from './check.ts';

/** The places of the pod templates in workloads. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  '/replicationcontrollers': ['spec', 'template'],
  '/podtemplates': ['template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};

interface Resource {
  readonly group: string;
  readonly plural: string;
}

const pathOf = ({ group, plural }: Resource): readonly string[] | undefined => PATHS[`${group}/${plural}`];

export const hasTemplate = (resource: Resource): boolean => pathOf(resource) !== undefined;

export function templateOf({ resource, object }: AdmissionAttributes): CheckedPod | undefined {
  let found: unknown = object;
  for (const name of pathOf(resource) ?? []) found = (found as Record<string, unknown> | undefined)?.[name];
  return found as CheckedPod | undefined;
}
