import { defineKind, type Kind } from '../../kind.ts';
import { roles } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Role } from '../../types.ts';
import { validateRules } from '../../rbac/validation.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const role: Kind = defineKind<Role>({
  resource: roles,
  schema: builtIn('V1Role'),
  nameRule: 'pathSegment',
  createOnUpdate: true,
  validate: (object) => validateRules(object.rules ?? [], true),
  columns: [nameColumn, createdAtColumn],
});
