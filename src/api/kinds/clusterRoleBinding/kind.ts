import { setBindingDefaults } from '../../rbac/defaults.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { clusterRoleBindings } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ClusterRoleBinding } from '../../types.ts';
import { validateBinding, validateBindingUpdate } from '../../rbac/validation.ts';
import { bindingColumns } from '../../rbac/columns.ts';

export const clusterRoleBinding: Kind = defineKind<ClusterRoleBinding>({
  resource: clusterRoleBindings,
  schema: builtIn('V1ClusterRoleBinding'),
  nameRule: 'pathSegment',
  createOnUpdate: true,
  setDefaults: setBindingDefaults,
  validate: (object) => validateBinding(object, 'Cluster'),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
});
