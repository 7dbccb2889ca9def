import { equalJson } from '../../api/equalJson.ts';
import { approvalVerdict } from '../../api/kinds/customResourceDefinition/approval.ts';
import { withCondition } from '../../api/kinds/customResourceDefinition/conditions.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import { judgeNames } from './naming.ts';

export type DefinitionStatus = NonNullable<CustomResourceDefinition['status']>;

/**
 * The status that a definition should have, given the other definitions; undefined if it has that status already.
 * `now`: RFC 3339, seconds.
 */
export function judgedStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): DefinitionStatus | undefined {
  const { acceptedNames, namesAccepted, established } = judgeNames(definition, others);
  const status = definition.status ?? {};
  const verdicts = [namesAccepted, established, approvalVerdict(definition)];
  const conditions = verdicts.reduce(
    (all, verdict) => (verdict === undefined ? all : withCondition(all, verdict, now)),
    status.conditions ?? [],
  );
  const judged = { ...status, acceptedNames, conditions };
  return equalJson(judged, status) ? undefined : judged;
}
