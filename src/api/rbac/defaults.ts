import type { RoleBinding } from '../types.ts';
import type { Incomplete } from '../fields/unchecked.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** rbac/v1 `SetDefaults_RoleBinding` and `SetDefaults_Subject`. */
export function setBindingDefaults(draft: Incomplete<Pick<RoleBinding, 'subjects' | 'roleRef'>>): void {
  if (draft.roleRef !== undefined && !draft.roleRef.apiGroup) draft.roleRef.apiGroup = RBAC_GROUP;
  for (const subject of draft.subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group'))
      subject.apiGroup = RBAC_GROUP;
  }
}
