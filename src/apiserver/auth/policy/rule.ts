import type { ClusterRole, PolicyRule, Subject } from '../../../api/types.ts';

/** The data of the default roles is written with these. All groups below are API groups. */
export const CORE = '';
export const APPS = 'apps';
export const AUTHENTICATION = 'authentication.k8s.io';
export const AUTHORIZATION = 'authorization.k8s.io';
export const AUTOSCALING = 'autoscaling';
export const BATCH = 'batch';
export const CERTIFICATES = 'certificates.k8s.io';
export const COORDINATION = 'coordination.k8s.io';
export const DISCOVERY = 'discovery.k8s.io';
export const EVENTS = 'events.k8s.io';
export const EXTENSIONS = 'extensions';
export const NETWORKING = 'networking.k8s.io';
export const NODE = 'node.k8s.io';
export const POLICY = 'policy';
export const RBAC = 'rbac.authorization.k8s.io';
export const RESOURCE = 'resource.k8s.io';
export const STORAGE = 'storage.k8s.io';

export const READ = ['get', 'list', 'watch'] as const;
export const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'] as const;
export const READ_WRITE = [...WRITE.slice(0, 3), 'get', 'list', 'patch', 'update', 'watch'] as const;
export const READ_UPDATE = ['get', 'list', 'patch', 'update', 'watch'] as const;

/** Verbs on resources of one group (or several). */
export function rule(
  verbs: readonly string[],
  groups: string | readonly string[],
  resources: readonly string[],
  resourceNames?: readonly string[],
): PolicyRule {
  return {
    apiGroups: typeof groups === 'string' ? [groups] : groups,
    resources,
    verbs,
    ...(resourceNames === undefined ? {} : { resourceNames }),
  };
}

/** GET of paths that are no resources. */
export function urls(...nonResourceURLs: readonly string[]): PolicyRule {
  return { nonResourceURLs, verbs: ['get'] };
}

export const recordEvents: PolicyRule = rule(['create', 'patch', 'update'], [CORE, EVENTS], ['events']);

/** A cluster role as data: what `policy/index.ts` makes an object of. */
export interface RoleData {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly aggregationRule?: NonNullable<ClusterRole['aggregationRule']>;
}

/** A cluster role binding as data. `name` is the role's as well where `role` is missing. */
export interface BindingData {
  readonly name: string;
  readonly role?: string;
  readonly subjects: readonly Subject[];
}

const SUBJECT_GROUP = 'rbac.authorization.k8s.io';

export const user = (name: string): Subject => ({ apiGroup: SUBJECT_GROUP, kind: 'User', name });
export const group = (name: string): Subject => ({ apiGroup: SUBJECT_GROUP, kind: 'Group', name });
export const account = (namespace: string, name: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace,
});
