import type { Mutable } from '../../meta.ts';
import type { CertificateSigningRequest } from '../../types.ts';

export type Condition = Mutable<
  NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number]
>;

/** The conditions that only the approval subresource may add. */
export const APPROVAL_TYPES: readonly string[] = ['Approved', 'Denied'];

export function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

/** Conditions with the times that they lack (strategy `populateConditionTimestamps`). @param now RFC 3339 */
export function stampConditions(
  conditions: readonly Condition[],
  before: readonly Readonly<Condition>[],
  now: string,
): Condition[] {
  return conditions.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? same?.lastTransitionTime ?? now,
    };
  });
}
