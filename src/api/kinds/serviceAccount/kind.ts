import { defineKind, type Kind } from '../../kind.ts';
import { serviceAccounts } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ServiceAccount } from '../../types.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';
import { serviceAccountWarnings } from './warnings.ts';

export const serviceAccount: Kind = defineKind<ServiceAccount>({
  resource: serviceAccounts,
  schema: builtIn('V1ServiceAccount'),
  shortNames: ['sa'],
  validate: () => [],
  subresources: [
    {
      name: 'token',
      kind: 'TokenRequest',
      group: 'authentication.k8s.io',
      version: 'v1',
      schema: builtIn('AuthenticationV1TokenRequest'),
      verbs: ['create'],
    },
  ],
  returnsDeleted: true,
  warnings: serviceAccountWarnings,
  columns: [
    nameColumn,
    column(
      'Secrets',
      'string',
      'Number of secrets that pods of this account may use.',
      (o) => o.secrets?.length ?? 0,
    ),
    ageColumn,
  ],
});
