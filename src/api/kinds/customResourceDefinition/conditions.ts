import type { CustomResourceDefinition } from '../../types.ts';

type Status = NonNullable<CustomResourceDefinition['status']>;
export type DefinitionCondition = NonNullable<Status['conditions']>[number];

export type ConditionType =
  | 'NamesAccepted'
  | 'Established'
  | 'Terminating'
  | 'NonStructuralSchema'
  | 'KubernetesAPIApprovalPolicyConformant';

/** A condition without its times. */
export type Verdict = Pick<DefinitionCondition, 'status'> & {
  readonly type: ConditionType;
  readonly reason: string;
  readonly message: string;
};

export function conditionOf(
  { status }: { readonly status?: { readonly conditions?: readonly DefinitionCondition[] } },
  type: ConditionType,
): DefinitionCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(definition: Parameters<typeof conditionOf>[0], type: ConditionType): boolean {
  return conditionOf(definition, type)?.status === 'True';
}

/** The conditions with one of them set (apiextensions `helpers.go` SetCRDCondition). `now`: RFC 3339, seconds. */
export function withCondition(
  conditions: readonly DefinitionCondition[],
  { type, status, reason, message }: Verdict,
  now: string,
): readonly DefinitionCondition[] {
  const old = conditions.find((condition) => condition.type === type);
  const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? now) : now;
  const set: DefinitionCondition = { type, status, lastTransitionTime, reason, message };
  return old === undefined
    ? [...conditions, set]
    : conditions.map((condition) => (condition === old ? set : condition));
}
