import { setBindingDefaults } from '../../rbac/defaults.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { roleBindings } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { RoleBinding } from '../../types.ts';
import { validateBinding, validateBindingUpdate } from '../../rbac/validation.ts';
import { bindingColumns } from '../../rbac/columns.ts';

export const roleBinding: Kind = defineKind<RoleBinding>({
  resource: roleBindings,
  schema: builtIn('V1RoleBinding'),
  nameRule: 'pathSegment',
  createOnUpdate: true,
  setDefaults: setBindingDefaults,
  validate: (object) => validateBinding(object, 'Namespaced'),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
});
