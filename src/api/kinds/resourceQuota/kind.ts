import { ageColumn, column, nameColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { resourceQuotas } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ResourceQuota } from '../../types.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './validation.ts';

export const resourceQuota: Kind = defineKind<ResourceQuota>({
  resource: resourceQuotas,
  schema: builtIn('V1ResourceQuota'),
  shortNames: ['quota'],
  returnsDeleted: true,
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  status: { validateUpdate: validateResourceQuotaStatus },
  columns: [
    nameColumn,
    column('Request', 'string', 'What is used of what may be requested.', (o) => usedOf(o, false)),
    column('Limit', 'string', 'What is used of what may be limited to.', (o) => usedOf(o, true)),
    ageColumn,
  ],
});

/** `pods: 1/10, requests.cpu: 100m/1`. */
const usedOf = ({ status }: ResourceQuota, limits: boolean): string =>
  Object.entries(status?.hard ?? {})
    .filter(([name]) => name.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? '0'}/${hard}`)
    .join(', ');
