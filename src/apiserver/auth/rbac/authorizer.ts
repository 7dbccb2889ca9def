import type { UserInfo } from '../../../api/request.ts';
import type { PolicyRule } from '../../../api/types.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../contract.ts';
import type { Grant, RoleIndex } from './roleIndex.ts';
import { ruleAllows } from './rules.ts';

/** Role-based access control (`plugin/pkg/auth/authorizer/rbac/rbac.go`): rights add up, nothing denies. */
export function rbacAuthorizer(index: RoleIndex): Authorizer {
  return {
    authorize: (user, attributes) => decide(index, user, attributes),
    rulesFor: (user, namespace) => rulesFor(index, user, namespace),
  };
}

function decide(
  index: RoleIndex,
  user: UserInfo,
  attributes: AuthorizationAttributes,
): AuthorizationDecision {
  let missing = '';
  const namespace = attributes.isResourceRequest ? attributes.namespace : '';
  for (const grant of index.grantsOf(user, namespace)) {
    const rules = index.rulesOf(grant.binding.roleRef, grant.namespace);
    if (rules === undefined) missing = `RBAC: ${missingRole(grant)}`;
    else if (rules.some((rule) => ruleAllows(rule, attributes))) {
      return { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
    }
  }
  return { allowed: false, reason: missing };
}

function rulesFor(index: RoleIndex, user: UserInfo, namespace: string): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const grant of index.grantsOf(user, namespace)) {
    rules.push(...(index.rulesOf(grant.binding.roleRef, grant.namespace) ?? []));
  }
  return rules;
}

function missingRole({ binding }: Grant): string {
  const { kind, name } = binding.roleRef;
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}

/** `ClusterRoleBinding "a" of ClusterRole "b" to Group "c"` (`pkg/registry/rbac/validation/rule.go`). */
function describe({ binding, subject, namespace }: Grant): string {
  const { name } = binding.metadata;
  const what =
    namespace === ''
      ? `ClusterRoleBinding ${JSON.stringify(name)}`
      : `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}`;
  const home = subject.namespace === undefined || subject.namespace === '' ? namespace : subject.namespace;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${home}` : subject.name;
  const { kind, name: role } = binding.roleRef;
  return `${what} of ${kind} ${JSON.stringify(role)} to ${subject.kind} ${JSON.stringify(who)}`;
}
