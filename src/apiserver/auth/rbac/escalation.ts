import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/resources.ts';
import type { Resource } from '../../../api/resource.ts';
import type { UserInfo } from '../../../api/request.ts';
import { forbidden, notFound } from '../../../api/status.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../api/types.ts';
import type { Authorizer } from '../contract.ts';
import { MASTERS } from '../users.ts';
import type { RoleIndex } from './roleIndex.ts';
import { compactRules, describeRule, quoteAll, uncovered } from './rules.ts';

/** All that there is: who aggregates roles must have it. */
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/**
 * Nobody gives rights that they do not have (`policybased` of each kind in `pkg/registry/rbac`). The registry calls these for every
 * create and update of the four kinds, after validation. They throw Forbidden with upstream's message.
 */
export interface EscalationCheck {
  /** `old` for an update: unchanged rules are no escalation. */
  role(user: UserInfo, role: Role | ClusterRole, old?: Role | ClusterRole): void;
  /** `old` for an update: unchanged subjects of an unchanged role are no escalation. */
  binding(
    user: UserInfo,
    binding: RoleBinding | ClusterRoleBinding,
    old?: RoleBinding | ClusterRoleBinding,
  ): void;
}

export function escalationCheck(authorizer: Authorizer, index: RoleIndex): EscalationCheck {
  const may = (
    user: UserInfo,
    verb: 'escalate' | 'bind',
    resource: Resource,
    namespace: string,
    name: string,
  ): boolean =>
    user.groups.includes(MASTERS) ||
    authorizer.authorize(user, {
      isResourceRequest: true,
      path: '',
      verb,
      group: resource.group,
      version: resource.version,
      namespace,
      resource: resource.plural,
      subresource: '',
      name,
    }).allowed;

  const confirm = (
    user: UserInfo,
    resource: Resource,
    name: string,
    namespace: string,
    rules: readonly PolicyRule[],
  ): void => {
    const missing = uncovered(authorizer.rulesFor(user, namespace), rules);
    if (missing.length === 0) return;
    const described = [...new Set(compactRules(missing).map(describeRule))].sort().join('\n');
    throw forbidden(
      resource,
      name,
      `user ${JSON.stringify(user.name)} (groups=${quoteAll(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${described}`,
    );
  };

  return {
    role(user, role, old) {
      const { name, namespace = '' } = role.metadata;
      const resource = role.kind === 'ClusterRole' ? clusterRoles : roles;
      const aggregation = 'aggregationRule' in role ? role.aggregationRule : undefined;
      const oldAggregation = old !== undefined && 'aggregationRule' in old ? old.aggregationRule : undefined;
      if (old !== undefined && same(role.rules ?? [], old.rules ?? []) && same(aggregation, oldAggregation)) {
        return;
      }
      if (may(user, 'escalate', resource, namespace, name)) return;
      confirm(user, resource, name, namespace, role.rules ?? []);
      if (aggregation !== undefined && uncovered(authorizer.rulesFor(user, ''), EVERYTHING).length > 0) {
        throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
      }
    },
    binding(user, binding, old) {
      const { name, namespace = '' } = binding.metadata;
      const { roleRef } = binding;
      if (old !== undefined && same(binding.subjects, old.subjects) && same(roleRef, old.roleRef)) return;
      const role = roleRef.kind === 'ClusterRole' ? clusterRoles : roles;
      if (may(user, 'bind', role, namespace, roleRef.name)) return;
      const rules = index.rulesOf(roleRef, namespace);
      if (rules === undefined) throw notFound(role, roleRef.name);
      const resource = binding.kind === 'ClusterRoleBinding' ? clusterRoleBindings : roleBindings;
      confirm(user, resource, name, namespace, rules);
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
