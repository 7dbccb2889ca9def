import assert from 'node:assert/strict';
import type { UserInfo } from '../../src/api/request.ts';
import { type AccessControl, createAccessControl } from '../../src/apiserver/auth/accessControl.ts';
import type { AuthorizationAttributes, Authorizer } from '../../src/apiserver/auth/contract.ts';
import { bootstrapPolicy } from '../../src/apiserver/auth/policy/index.ts';
import { AUTHENTICATED } from '../../src/apiserver/auth/users.ts';
import { startTestServer, type TestServer } from './apiServer.ts';

/** Roles, bindings, users and requests in few words, and a server whose access control is asked directly. */
export const RBAC = '/apis/rbac.authorization.k8s.io/v1';
export const person = (name: string, ...groups: string[]): UserInfo => ({
  name,
  groups: [...groups, AUTHENTICATED],
});
export const to = (
  verb: string,
  resource: string,
  at: Partial<AuthorizationAttributes> = {},
): AuthorizationAttributes => ({
  isResourceRequest: true,
  path: '',
  verb,
  group: '',
  version: 'v1',
  namespace: 'default',
  resource,
  subresource: '',
  name: '',
  ...at,
});
export const toPath = (path: string): AuthorizationAttributes =>
  to('get', '', { isResourceRequest: false, path, namespace: '' });

export const clusterRole = (name: string, rules: object[], more: object = {}): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
  ...more,
});
export const binding = (
  kind: string,
  name: string,
  role: [kind: string, name: string],
  subject: object,
): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role[0], name: role[1] },
  subjects: [subject],
});
export const userSubject = (name: string): object => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind: 'User',
  name,
});

export interface AccessWorld {
  readonly server: TestServer;
  readonly access: AccessControl;
  readonly authorizer: Authorizer;
  readonly may: (user: UserInfo, attributes: AuthorizationAttributes) => boolean;
  /** POST that must succeed. */
  readonly make: (path: string, body: object) => Promise<void>;
  /** The default roles and bindings. */
  readonly makeDefaultPolicy: () => Promise<void>;
  stop(): Promise<void>;
}

export async function startAccessWorld(): Promise<AccessWorld> {
  const server = await startTestServer();
  const access = createAccessControl(server.cache);
  const { authorizer } = access;
  const make = async (path: string, body: object): Promise<void> => {
    const { code, body: answer } = await server.call('POST', path, body);
    assert.equal(code, 201, JSON.stringify(answer));
  };
  return {
    server,
    access,
    authorizer,
    may: (user, attributes) => authorizer.authorize(user, attributes).allowed,
    make,
    async makeDefaultPolicy() {
      for (const { resource, object } of bootstrapPolicy()) {
        const { namespace } = object.metadata;
        const scope = namespace === undefined ? '' : `namespaces/${namespace}/`;
        await make(`${RBAC}/${scope}${resource.plural}`, structuredClone(object));
      }
    },
    async stop() {
      access.dispose();
      await server.stop();
    },
  };
}
