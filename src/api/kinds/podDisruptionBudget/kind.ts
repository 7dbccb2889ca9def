import { type FieldError, field, invalid, notSupported } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { podDisruptionBudgets } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { PodDisruptionBudget } from '../../types.ts';
import { intOrPercent, notMoreThanAll } from '../../fields/intOrPercent.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;
const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

export const podDisruptionBudget: Kind = defineKind<PodDisruptionBudget>({
  resource: podDisruptionBudgets,
  schema: builtIn('V1PodDisruptionBudget'),
  shortNames: ['pdb'],
  hasGeneration: true,
  unconditionalUpdate: false,
  prepareForCreate(draft) {
    draft.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  /** policy validation `ValidatePodDisruptionBudgetSpec`. */
  validate(object) {
    const spec = object.spec ?? {};
    const path = field('spec');
    const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
    const errors: FieldError[] = [];
    if (minAvailable !== undefined && maxUnavailable !== undefined) {
      errors.push(invalid(path, spec, 'minAvailable and maxUnavailable cannot be both set'));
    }
    for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
      if (value === undefined) continue;
      errors.push(...intOrPercent(value, path.child(name)), ...notMoreThanAll(value, path.child(name)));
    }
    errors.push(...validateLabelSelector(spec.selector, path.child('selector')));
    if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
      errors.push(notSupported(path.child('unhealthyPodEvictionPolicy'), policy, EVICTION_POLICIES));
    }
    return errors;
  },
  status: {
    validateUpdate: ({ status }) =>
      COUNTS.flatMap((name) => nonNegative(status?.[name], field('status', name))),
  },
  columns: [
    nameColumn,
    column('Min Available', 'string', 'Pods that must stay.', (o) => String(o.spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', 'string', 'Pods that may be missing.', (o) =>
      String(o.spec?.maxUnavailable ?? 'N/A'),
    ),
    column(
      'Allowed Disruptions',
      'integer',
      'Pods that may go now.',
      (o) => o.status?.disruptionsAllowed ?? 0,
    ),
    ageColumn,
  ],
});
