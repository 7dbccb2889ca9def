import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/resources.ts';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../../api/types.ts';
import type { AdmissionPlugin } from '../../admission/contract.ts';
import type { EscalationCheck } from './escalation.ts';

const ROLES: readonly string[] = [roles.plural, clusterRoles.plural];
const BINDINGS: readonly string[] = [roleBindings.plural, clusterRoleBindings.plural];

/**
 * Runs the escalation check on writes of roles and bindings. Upstream has it in the storage of the four kinds; as the
 * last plugin it sees the same: the object as it would be stored, and who asks.
 */
export function escalationPlugin(check: EscalationCheck): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    handles: ({ operation, resource, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      subresource === '' &&
      resource.group === roles.group &&
      (ROLES.includes(resource.plural) || BINDINGS.includes(resource.plural)),
    validate({ resource, object, old, user }) {
      if (ROLES.includes(resource.plural)) {
        check.role(user, object as unknown as Role | ClusterRole, old);
      } else {
        check.binding(
          user,
          object as unknown as RoleBinding | ClusterRoleBinding,
          old as RoleBinding | ClusterRoleBinding | undefined,
        );
      }
      return [];
    },
  };
}
