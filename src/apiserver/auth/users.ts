import type { UserInfo } from '../../api/request.ts';

/** Names that mean something to the API server itself (apiserver `pkg/authentication/user/user.go`). */
export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const SERVICE_ACCOUNTS = 'system:serviceaccounts';
export const NODES = 'system:nodes';
export const KUBE_SCHEDULER = 'system:kube-scheduler';
export const KUBE_CONTROLLER_MANAGER = 'system:kube-controller-manager';
export const KUBE_PROXY = 'system:kube-proxy';

const NODE_PREFIX = 'system:node:';

/** A user that has shown who it is belongs to `system:authenticated`. */
export function authenticated(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) || user.groups.includes(UNAUTHENTICATED)
    ? user
    : { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** The identity of a node's agent. */
export function nodeUser(nodeName: string): UserInfo {
  return { name: NODE_PREFIX + nodeName, groups: [NODES, AUTHENTICATED] };
}

/** The node that a user is the agent of; undefined for everybody else (auth `nodeidentifier`). */
export function nodeOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith(NODE_PREFIX) || !user.groups.includes(NODES)) return undefined;
  const name = user.name.slice(NODE_PREFIX.length);
  return name === '' ? undefined : name;
}

/** `system:serviceaccount:NAMESPACE:NAME`. */
export function serviceAccountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The identity of a service account without a token, for components that act in process. */
export function serviceAccountUser(namespace: string, name: string): UserInfo {
  return {
    name: serviceAccountUserName(namespace, name),
    groups: [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${namespace}`, AUTHENTICATED],
  };
}
