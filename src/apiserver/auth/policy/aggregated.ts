import {
  APPS,
  AUTHORIZATION,
  AUTOSCALING,
  BATCH,
  COORDINATION,
  CORE,
  DISCOVERY,
  EXTENSIONS,
  NETWORKING,
  POLICY,
  RBAC,
  READ,
  READ_WRITE,
  RESOURCE,
  type RoleData,
  rule,
  WRITE,
} from './rule.ts';

const label = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;
const to = (role: string): Record<string, string> => ({ [label(role)]: 'true' });

const APPS_WRITE = [
  'daemonsets',
  'deployments',
  'deployments/rollback',
  'deployments/scale',
  'replicasets',
  'replicasets/scale',
];
const APPS_READ = [
  'daemonsets',
  'daemonsets/status',
  'deployments',
  'deployments/scale',
  'deployments/status',
];
const REPLICA_SETS_READ = ['replicasets', 'replicasets/scale', 'replicasets/status'];

const admin: RoleData = {
  name: 'system:aggregate-to-admin',
  labels: to('admin'),
  rules: [
    rule(['create'], AUTHORIZATION, ['localsubjectaccessreviews']),
    rule(READ_WRITE, RBAC, ['rolebindings', 'roles']),
  ],
};

/**
 * Without `pods/ephemeralcontainers` and `pods/resize`, as upstream: what a cluster's admission does not know of may not
 * come with rights that were given before it was there. Who wants them adds a role that aggregates to this one.
 */
const edit: RoleData = {
  name: 'system:aggregate-to-edit',
  labels: to('edit'),
  rules: [
    rule(READ, CORE, [
      'pods/attach',
      'pods/exec',
      'pods/portforward',
      'pods/proxy',
      'secrets',
      'services/proxy',
    ]),
    rule(['impersonate'], CORE, ['serviceaccounts']),
    rule(WRITE, CORE, ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy']),
    rule(['create'], CORE, ['pods/eviction']),
    rule(WRITE, CORE, [
      'configmaps',
      'events',
      'persistentvolumeclaims',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'secrets',
      'serviceaccounts',
      'services',
      'services/proxy',
    ]),
    rule(['create'], CORE, ['serviceaccounts/token']),
    rule(WRITE, APPS, [...APPS_WRITE, 'statefulsets', 'statefulsets/scale']),
    rule(WRITE, AUTOSCALING, ['horizontalpodautoscalers']),
    rule(WRITE, BATCH, ['cronjobs', 'jobs']),
    rule(WRITE, EXTENSIONS, [...APPS_WRITE, 'ingresses', 'networkpolicies', 'replicationcontrollers/scale']),
    rule(WRITE, POLICY, ['poddisruptionbudgets']),
    rule(WRITE, NETWORKING, ['ingresses', 'networkpolicies']),
    rule(READ_WRITE, COORDINATION, ['leases']),
    rule(WRITE, RESOURCE, ['resourceclaims', 'resourceclaimtemplates']),
  ],
};

const view: RoleData = {
  name: 'system:aggregate-to-view',
  labels: to('view'),
  rules: [
    rule(READ, CORE, [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
      'services/status',
    ]),
    rule(READ, CORE, [
      'bindings',
      'events',
      'limitranges',
      'namespaces/status',
      'pods/log',
      'pods/status',
      'replicationcontrollers/status',
      'resourcequotas',
      'resourcequotas/status',
    ]),
    rule(READ, CORE, ['namespaces']),
    rule(READ, DISCOVERY, ['endpointslices']),
    rule(READ, APPS, [
      'controllerrevisions',
      ...APPS_READ,
      ...REPLICA_SETS_READ,
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ]),
    rule(READ, AUTOSCALING, ['horizontalpodautoscalers', 'horizontalpodautoscalers/status']),
    rule(READ, BATCH, ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status']),
    rule(READ, EXTENSIONS, [
      ...APPS_READ,
      'ingresses',
      'ingresses/status',
      'networkpolicies',
      ...REPLICA_SETS_READ,
      'replicationcontrollers/scale',
    ]),
    rule(READ, POLICY, ['poddisruptionbudgets', 'poddisruptionbudgets/status']),
    rule(READ, NETWORKING, ['ingresses', 'ingresses/status', 'networkpolicies']),
    rule(READ, RESOURCE, ['resourceclaims', 'resourceclaims/status', 'resourceclaimtemplates']),
  ],
};

const aggregationOf = (role: string): NonNullable<RoleData['aggregationRule']> => ({
  clusterRoleSelectors: [{ matchLabels: to(role) }],
});

/**
 * The roles of a namespace's users (upstream `bootstrappolicy/policy.go`). `rules` of admin, edit and view are what
 * aggregation makes of the others; what a user's own roles add counts all the same.
 */
export const aggregatedRoles: readonly RoleData[] = [
  admin,
  edit,
  view,
  {
    name: 'admin',
    aggregationRule: aggregationOf('admin'),
    rules: [...edit.rules, ...view.rules, ...admin.rules],
  },
  {
    name: 'edit',
    labels: to('admin'),
    aggregationRule: aggregationOf('edit'),
    rules: [...edit.rules, ...view.rules],
  },
  { name: 'view', labels: to('edit'), aggregationRule: aggregationOf('view'), rules: view.rules },
];
