import { defineKind, type Kind } from '../../kind.ts';
import { clusterRoles } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ClusterRole } from '../../types.ts';
import { validateAggregation, validateRules } from '../../rbac/validation.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const clusterRole: Kind = defineKind<ClusterRole>({
  resource: clusterRoles,
  schema: builtIn('V1ClusterRole'),
  nameRule: 'pathSegment',
  createOnUpdate: true,
  validate: (object) => [...validateRules(object.rules ?? [], false), ...validateAggregation(object)],
  columns: [nameColumn, createdAtColumn],
});
