import { type FieldError, field, invalid, required } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { leases } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Lease } from '../../types.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';

export const lease: Kind = defineKind<Lease>({
  resource: leases,
  schema: builtIn('V1Lease'),
  createOnUpdate: true,
  unconditionalUpdate: false,
  setDefaults(draft) {
    draft.spec ??= {};
  },
  validate(object) {
    const spec = object.spec ?? {};
    const path = field('spec');
    const errors: FieldError[] = [];
    if (spec.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) {
      errors.push(
        invalid(path.child('leaseDurationSeconds'), spec.leaseDurationSeconds, 'must be greater than 0'),
      );
    }
    errors.push(...nonNegative(spec.leaseTransitions, path.child('leaseTransitions')));
    if (spec.strategy === undefined && (spec.preferredHolder ?? '') !== '') {
      errors.push(
        invalid(
          path.child('preferredHolder'),
          spec.preferredHolder,
          'can only be specified if `strategy` is defined',
        ),
      );
    }
    if (spec.strategy === '') errors.push(required(path.child('strategy')));
    return errors;
  },
  columns: [
    nameColumn,
    column('Holder', 'string', 'Who holds the lease.', (o) => o.spec?.holderIdentity ?? ''),
    ageColumn,
  ],
});
