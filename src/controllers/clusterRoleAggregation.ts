import { matcherOf } from '../api/labels.ts';
import { draftOf } from '../api/meta.ts';
import { clusterRoles } from '../api/resources.ts';
import { isNotFound } from '../api/status.ts';
import type { ClusterRole, PolicyRule } from '../api/types.ts';
import { equal } from '../api/fields/equal.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';

/** Writes into aggregated roles the rules of those that they select (`pkg/controller/clusterroleaggregation`). */
export function clusterRoleAggregationController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const all = informers.for(clusterRoles);
  const wake = (): void => {
    for (const role of all.list()) if (role.aggregationRule !== undefined) enqueue(role.metadata.name);
  };
  all.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });

  return {
    name: 'clusterrole-aggregation',
    workers: 1,
    async reconcile(name, signal) {
      const role = all.get(undefined, name);
      if (role?.aggregationRule === undefined) return undefined;
      const rules = aggregatedRules(role, all.list());
      if (equal(rules, role.rules)) return undefined;
      const draft = draftOf(role);
      draft.rules = structuredClone(rules) as NonNullable<typeof draft.rules>;
      await client.update(clusterRoles, draft, { signal }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      return undefined;
    },
  };
}

/** Each rule once, in the order of the roles' names. Pure. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const matchers = (role.aggregationRule?.clusterRoleSelectors ?? []).map(matcherOf);
  const rules: PolicyRule[] = [];
  for (const other of all.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    if (other.metadata.name === role.metadata.name) continue;
    if (!matchers.some((matcher) => matcher.matches(other.metadata.labels))) continue;
    for (const rule of other.rules ?? []) if (!rules.some((known) => equal(known, rule))) rules.push(rule);
  }
  return rules;
}
