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
  for (const grants of index.grantsOf(user, namespace)) {
    for (const grant of grants) {
      const rules = index.rulesOf(grant.binding.roleRef, grant.namespace);
      if (rules === undefined) missing = `RBAC: ${missingRole(grant)}`;
      else if (rules.some((rule) => ruleAllows(rule, attributes))) {
        return { allowed: true, reason: `RBAC: allowed by ${grant.description}` };
      }
    }
  }
  return { allowed: false, reason: missing };
}

function rulesFor(index: RoleIndex, user: UserInfo, namespace: string): readonly PolicyRule[] {
  return index
    .grantsOf(user, namespace)
    .flat()
    .flatMap((grant) => index.rulesOf(grant.binding.roleRef, grant.namespace) ?? []);
}

function missingRole({ binding }: Grant): string {
  const { kind, name } = binding.roleRef;
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}
