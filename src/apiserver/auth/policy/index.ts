import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/resources.ts';
import { apiVersionOf, type Resource } from '../../../api/resource.ts';
import type { Subject } from '../../../api/types.ts';
import type { BootstrapObject } from '../../bootstrap/systemObjects.ts';
import { aggregatedRoles } from './aggregated.ts';
import { componentBindings, componentRoles } from './components.ts';
import { controllerBindings, controllerRoles } from './controllers.ts';
import { namespacedRoles } from './namespaced.ts';
import { nodeBindings, nodeRoles } from './nodes.ts';
import type { BindingData, RoleData } from './rule.ts';
import { userBindings, userRoles } from './users.ts';

export { nodeRules } from './nodes.ts';

const CLUSTER_ROLES: readonly RoleData[] = [
  ...userRoles,
  ...aggregatedRoles,
  ...componentRoles,
  ...nodeRoles,
  ...controllerRoles,
];

const CLUSTER_BINDINGS: readonly BindingData[] = [
  ...userBindings,
  ...componentBindings,
  ...nodeBindings,
  ...controllerBindings,
];

/** The default roles and bindings, to be made at start where they are missing. Namespaced ones need their namespace. */
export function bootstrapPolicy(): readonly BootstrapObject[] {
  return [
    ...CLUSTER_ROLES.map(({ name, rules, labels, aggregationRule }) =>
      object(clusterRoles, { name, labels }, { rules, ...(aggregationRule && { aggregationRule }) }),
    ),
    ...CLUSTER_BINDINGS.map(({ name, role, subjects }) =>
      object(clusterRoleBindings, { name }, bindingOf('ClusterRole', role ?? name, subjects)),
    ),
    ...namespacedRoles.flatMap(({ namespace, name, rules, binding, subjects }) => [
      object(roles, { name, namespace }, { rules }),
      object(roleBindings, { name: binding ?? name, namespace }, bindingOf('Role', name, subjects)),
    ]),
  ];
}

function bindingOf(kind: string, role: string, subjects: readonly Subject[]): object {
  return {
    roleRef: { apiGroup: clusterRoles.group, kind, name: role },
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

function object(
  resource: Resource,
  at: { name: string; namespace?: string; labels?: Readonly<Record<string, string>> | undefined },
  rest: object,
): BootstrapObject {
  const metadata = {
    name: at.name,
    ...(at.namespace === undefined ? {} : { namespace: at.namespace }),
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...at.labels },
  };
  return {
    resource,
    object: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...rest },
  };
}
