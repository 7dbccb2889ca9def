import { ageColumn, column, nameColumn } from '../../columns.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { setMatchDefaults } from '../../policies/matchResources.ts';
import { validatingAdmissionPolicies } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ValidatingAdmissionPolicy } from '../../types.ts';
import { validatePolicy } from './validation.ts';

export const validatingAdmissionPolicy: Kind = defineKind<ValidatingAdmissionPolicy>({
  resource: validatingAdmissionPolicies,
  schema: builtIn('V1ValidatingAdmissionPolicy'),
  categories: ['api-extensions'],
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults(draft) {
    const spec = ((draft as Incomplete<typeof draft>).spec ??= {});
    spec.failurePolicy ??= 'Fail';
    if (spec.matchConstraints !== undefined) setMatchDefaults(spec.matchConstraints);
  },
  prepareForCreate(draft) {
    delete draft.status;
  },
  validate: validatePolicy,
  status: {},
  columns: [
    nameColumn,
    column(
      'Validations',
      'integer',
      'How many expressions it validates with.',
      ({ spec }) => spec.validations?.length ?? 0,
    ),
    column('ParamKind', 'string', 'Kind of the objects that parametrize it.', ({ spec: { paramKind } }) =>
      paramKind === undefined ? '<unset>' : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`,
    ),
    ageColumn,
  ],
});
