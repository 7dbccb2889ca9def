import { ageColumn, column, nameColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabelSelector } from '../../labels.ts';
import { networkPolicies } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { NetworkPolicy } from '../../types.ts';
import { setNetworkPolicyDefaults } from './defaults.ts';
import { validateNetworkPolicy } from './validation.ts';

export const networkPolicy: Kind = defineKind<NetworkPolicy>({
  resource: networkPolicies,
  schema: builtIn('V1NetworkPolicy'),
  shortNames: ['netpol'],
  hasGeneration: true,
  setDefaults: setNetworkPolicyDefaults,
  validate: validateNetworkPolicy,
  // Users who want isolation must not believe that they have it.
  warnings: () => ['network policies are stored, but nodes do not enforce them yet'],
  columns: [
    nameColumn,
    column('Pod-Selector', 'string', 'Pods that it is for.', ({ spec }) =>
      formatLabelSelector(spec.podSelector),
    ),
    ageColumn,
  ],
});
