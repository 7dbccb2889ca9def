import type { PolicyRule, Subject } from '../../../api/types.ts';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from '../users.ts';
import { account, COORDINATION, CORE, READ, recordEvents, rule, user } from './rule.ts';

/** A role of a system namespace and its binding; `binding` where that has another name. */
export interface NamespacedRoleData {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly binding?: string;
  readonly subjects: readonly Subject[];
}

const SYSTEM = 'kube-system';
const PUBLIC = 'kube-public';

/** Upstream `bootstrappolicy/namespace_policy.go`. */
export const namespacedRoles: readonly NamespacedRoleData[] = [
  {
    namespace: SYSTEM,
    name: 'extension-apiserver-authentication-reader',
    rules: [rule(READ, CORE, ['configmaps'], ['extension-apiserver-authentication'])],
    binding: 'system::extension-apiserver-authentication-reader',
    subjects: [user(KUBE_CONTROLLER_MANAGER), user(KUBE_SCHEDULER)],
  },
  {
    namespace: SYSTEM,
    name: 'system:controller:bootstrap-signer',
    rules: [rule(READ, CORE, ['secrets'])],
    subjects: [account(SYSTEM, 'bootstrap-signer')],
  },
  {
    namespace: SYSTEM,
    name: 'system:controller:token-cleaner',
    rules: [rule(['delete', ...READ], CORE, ['secrets']), recordEvents],
    subjects: [account(SYSTEM, 'token-cleaner')],
  },
  {
    namespace: SYSTEM,
    name: 'system::leader-locking-kube-controller-manager',
    rules: [
      rule(['watch'], CORE, ['configmaps']),
      rule(['get', 'update'], CORE, ['configmaps'], ['kube-controller-manager']),
      rule(['create', ...READ, 'update'], COORDINATION, ['leases']),
    ],
    subjects: [
      user(KUBE_CONTROLLER_MANAGER),
      account(SYSTEM, 'kube-controller-manager'),
      account(SYSTEM, 'leader-election-controller'),
    ],
  },
  {
    namespace: SYSTEM,
    name: 'system::leader-locking-kube-scheduler',
    rules: [
      rule(['watch'], CORE, ['configmaps']),
      rule(['get', 'update'], CORE, ['configmaps'], ['kube-scheduler']),
    ],
    subjects: [user(KUBE_SCHEDULER), account(SYSTEM, 'kube-scheduler')],
  },
  {
    namespace: PUBLIC,
    name: 'system:controller:bootstrap-signer',
    rules: [
      rule(READ, CORE, ['configmaps']),
      rule(['update'], CORE, ['configmaps'], ['cluster-info']),
      recordEvents,
    ],
    subjects: [account(SYSTEM, 'bootstrap-signer')],
  },
];
