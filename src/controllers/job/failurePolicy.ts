import type { ContainerStatus, Job, Pod } from '../../api/types.ts';

type Rule = NonNullable<Job['spec']['podFailurePolicy']>['rules'][number];

/** The decision of a Job's policy about a failed pod (`pkg/controller/job/pod_failure_policy.go`). */
export interface Verdict {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** With FailJob: why, for the Job's condition. */
  readonly message?: string;
}

/** The first rule that matches decides; none counts the failure. */
export function verdictOn(job: Job, pod: Pod): Verdict {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const why = reasonOf(rule, pod);
    if (why === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob') return { action, message: `${why} matching FailJob rule at index ${index}` };
    if (action === 'FailIndex' && job.spec.backoffLimitPerIndex === undefined) continue;
    return { action: action === 'Ignore' || action === 'FailIndex' ? action : 'Count' };
  }
  return { action: 'Count' };
}

function reasonOf(rule: Rule, pod: Pod): string | undefined {
  const where = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const { onExitCodes, onPodConditions } = rule;
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const found = [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ].find(
      (status) =>
        (containerName === undefined || status.name === containerName) && ends(status, operator, values),
    );
    if (found === undefined) return undefined;
    const code = found.state?.terminated?.exitCode ?? 0;
    return `Container ${found.name} for pod ${where} failed with exit code ${code}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition === undefined ? undefined : `Pod ${where} has condition ${condition.type}`;
}

/** Success is no failure, whatever the rule says. */
function ends({ state }: ContainerStatus, operator: string, values: readonly number[]): boolean {
  const code = state?.terminated?.exitCode;
  if (code === undefined || code === 0) return false;
  return operator === 'In' ? values.includes(code) : !values.includes(code);
}
