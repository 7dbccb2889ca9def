import { ageColumn, column, nameColumn } from '../../columns.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { setMatchDefaults } from '../../policies/matchResources.ts';
import { validatingAdmissionPolicyBindings } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ValidatingAdmissionPolicyBinding } from '../../types.ts';
import { validateBinding } from './validation.ts';

export const validatingAdmissionPolicyBinding: Kind = defineKind<ValidatingAdmissionPolicyBinding>({
  resource: validatingAdmissionPolicyBindings,
  schema: builtIn('V1ValidatingAdmissionPolicyBinding'),
  categories: ['api-extensions'],
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults(draft) {
    const spec = ((draft as Incomplete<typeof draft>).spec ??= {});
    if (spec.matchResources !== undefined) setMatchDefaults(spec.matchResources);
  },
  validate: validateBinding,
  columns: [
    nameColumn,
    column(
      'PolicyName',
      'string',
      'The policy that it puts in force.',
      ({ spec }) => (spec as Partial<typeof spec>).policyName ?? '',
    ),
    column('ParamRef', 'string', 'The objects that parametrize the policy.', ({ spec: { paramRef } }) => {
      if (paramRef === undefined) return '<unset>';
      const name = paramRef.name ?? '*';
      return paramRef.namespace === undefined ? name : `${paramRef.namespace}/${name}`;
    }),
    ageColumn,
  ],
});
