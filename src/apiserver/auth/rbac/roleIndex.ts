import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/resources.ts';
import { matcherOf } from '../../../api/labels.ts';
import { keyOf, type KubeObject } from '../../../api/meta.ts';
import type { UserInfo } from '../../../api/request.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/types.ts';
import { type Disposable, DisposableStore } from '../../../base/disposable.ts';
import type { Cache } from '../../../storage/cache.ts';
import { prefixOf } from '../../registry/keys.ts';
import { serviceAccountUserName } from '../users.ts';

type AnyBinding = RoleBinding | ClusterRoleBinding;

/** The rules that one binding gives to one subject. */
export interface Grant {
  readonly binding: AnyBinding;
  /** '' for a ClusterRoleBinding. */
  readonly namespace: string;
  /** Binding, role and subject in upstream's words. Made once: it is told with every decision. */
  readonly description: string;
}

/** The grants of one namespace, or of the cluster, by whom they name. */
interface Grants {
  readonly users: Map<string, Grant[]>;
  readonly groups: Map<string, Grant[]>;
}

const NONE: readonly never[] = [];

/** How far roles may aggregate aggregated roles. */
const AGGREGATION_DEPTH = 3;

/**
 * Roles and bindings as they are now, arranged so that a decision looks only at what names the user. Follows the watch
 * cache change by change.
 */
export class RoleIndex implements Disposable {
  readonly #rules = new Map<string, readonly PolicyRule[]>();
  readonly #aggregated = new Map<string, ClusterRole>();
  readonly #clusterRoles = new Map<string, ClusterRole>();
  readonly #grants = new Map<string, Grants>();
  readonly #subscriptions = new DisposableStore();

  constructor(cache: Pick<Cache, 'list' | 'onChange'>) {
    const follow = (
      resource: { group: string; plural: string; namespaced: boolean },
      change: (object: KubeObject | undefined, previous: KubeObject | undefined) => void,
      afterwards: () => void = () => undefined,
    ): void => {
      const prefix = prefixOf(resource, '');
      for (const { object } of cache.list(prefix)) change(object, undefined);
      afterwards();
      const subscription = cache.onChange(prefix, ({ type, entry, previous }) => {
        change(type === 'put' ? entry.object : undefined, previous?.object);
        afterwards();
      });
      this.#subscriptions.add(subscription);
    };
    follow(roles, (role, old) => {
      if (old !== undefined) this.#rules.delete(keyOf(old.metadata));
      if (role !== undefined) this.#rules.set(keyOf(role.metadata), (role as Role).rules ?? NONE);
    });
    follow(
      clusterRoles,
      (role, old) => this.#setClusterRole(role, old?.metadata.name),
      () => this.#aggregate(),
    );
    for (const resource of [roleBindings, clusterRoleBindings]) {
      follow(resource, (binding, old) => {
        if (old !== undefined) this.#remove(old as AnyBinding);
        if (binding !== undefined) this.#add(binding as AnyBinding);
      });
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** The grants that name the user or one of its groups, cluster-wide ones first. `namespace` '' for those alone. */
  grantsOf(user: UserInfo, namespace: string): readonly (readonly Grant[])[] {
    const found: (readonly Grant[])[] = [];
    this.#collect('', user, found);
    if (namespace !== '') this.#collect(namespace, user, found);
    return found;
  }

  /** The rules of the role that a binding in `namespace` refers to; undefined where there is no such role. */
  rulesOf(
    reference: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly PolicyRule[] | undefined {
    return this.#rules.get(reference.kind === 'Role' ? `${namespace}/${reference.name}` : reference.name);
  }

  #collect(scope: string, user: UserInfo, into: (readonly Grant[])[]): void {
    const grants = this.#grants.get(scope);
    if (grants === undefined) return;
    const own = grants.users.get(user.name);
    if (own !== undefined) into.push(own);
    for (const group of user.groups) {
      const shared = grants.groups.get(group);
      if (shared !== undefined) into.push(shared);
    }
  }

  #setClusterRole(role: ClusterRole | undefined, old: string | undefined): void {
    if (old !== undefined) {
      this.#clusterRoles.delete(old);
      this.#aggregated.delete(old);
      this.#rules.delete(old);
    }
    if (role === undefined) return;
    const { name } = role.metadata;
    this.#clusterRoles.set(name, role);
    this.#rules.set(name, role.rules ?? NONE);
    if (role.aggregationRule !== undefined) this.#aggregated.set(name, role);
  }

  /**
   * Aggregated roles get the rules of the roles that they select. Upstream has a controller write them; here they count
   * at once. In several passes, because an aggregated role may select another (admin selects edit, edit selects view).
   */
  #aggregate(): void {
    for (let pass = 0; pass < AGGREGATION_DEPTH; pass++) {
      for (const [name, { aggregationRule }] of this.#aggregated) {
        const matchers = (aggregationRule?.clusterRoleSelectors ?? []).map(matcherOf);
        const selected = [...this.#clusterRoles.values()].filter(
          (role) => role.metadata.name !== name && matchers.some((m) => m.matches(role.metadata.labels)),
        );
        this.#rules.set(
          name,
          selected.flatMap((role) => this.#rules.get(role.metadata.name) ?? NONE),
        );
      }
    }
  }

  #add(binding: AnyBinding): void {
    const namespace = binding.metadata.namespace ?? '';
    for (const subject of binding.subjects ?? NONE) {
      let grants = this.#grants.get(namespace);
      if (grants === undefined) {
        grants = { users: new Map(), groups: new Map() };
        this.#grants.set(namespace, grants);
      }
      const named = nameOf(subject, namespace);
      if (named === undefined) continue;
      const map = grants[named.in];
      const grant = { binding, namespace, description: describe(binding, subject, namespace) };
      const there = map.get(named.name);
      if (there === undefined) map.set(named.name, [grant]);
      else there.push(grant);
    }
  }

  #remove(binding: AnyBinding): void {
    const namespace = binding.metadata.namespace ?? '';
    const grants = this.#grants.get(namespace);
    if (grants === undefined) return;
    for (const subject of binding.subjects ?? NONE) {
      const named = nameOf(subject, namespace);
      if (named === undefined) continue;
      const map = grants[named.in];
      const rest = map
        .get(named.name)
        ?.filter((grant) => grant.binding.metadata.uid !== binding.metadata.uid);
      if (rest === undefined || rest.length === 0) map.delete(named.name);
      else map.set(named.name, rest);
    }
    if (grants.users.size === 0 && grants.groups.size === 0) this.#grants.delete(namespace);
  }
}

/** Whom a subject names: service accounts are users with a name of their own. */
function nameOf(subject: Subject, namespace: string): { in: 'users' | 'groups'; name: string } | undefined {
  switch (subject.kind) {
    case 'User':
      return { in: 'users', name: subject.name };
    case 'Group':
      return { in: 'groups', name: subject.name };
    case 'ServiceAccount': {
      const home =
        subject.namespace === undefined || subject.namespace === '' ? namespace : subject.namespace;
      return home === '' ? undefined : { in: 'users', name: serviceAccountUserName(home, subject.name) };
    }
    default:
      return undefined;
  }
}

/** `ClusterRoleBinding "a" of ClusterRole "b" to Group "c"` (`pkg/registry/rbac/validation/rule.go`). */
function describe(binding: AnyBinding, subject: Subject, namespace: string): string {
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
