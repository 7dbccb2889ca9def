import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '../types.ts';
import { equal } from '../fields/equal.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { dns1123SubdomainErrors, pathSegmentErrors } from '../names/names.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** rbac validation `ValidateRole` and `ValidateClusterRole`. */
export function validateRules(rules: readonly Unchecked<PolicyRule>[], namespaced: boolean): FieldError[] {
  return rules.flatMap((rule, i) => validateRule(rule, namespaced, field('rules').index(i)));
}

export function validateAggregation(object: Unchecked<ClusterRole>): FieldError[] {
  const selectors = object.aggregationRule?.clusterRoleSelectors;
  if (object.aggregationRule === undefined) return [];
  const path = field('aggregationRule', 'clusterRoleSelectors');
  if (selectors === undefined || selectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, i) => validateLabelSelector(selector, path.index(i)));
}

function validateRule(rule: Unchecked<PolicyRule>, namespaced: boolean, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if ((rule.verbs ?? []).length === 0)
    errors.push(required(path.child('verbs'), 'verbs must contain at least one value'));
  if ((rule.nonResourceURLs ?? []).length > 0) {
    if (namespaced) {
      errors.push(
        invalid(
          path.child('nonResourceURLs'),
          rule.nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        ),
      );
    }
    if ([rule.apiGroups, rule.resources, rule.resourceNames].some((list) => (list ?? []).length > 0)) {
      errors.push(
        invalid(
          path.child('nonResourceURLs'),
          rule.nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    }
    return errors;
  }
  if ((rule.apiGroups ?? []).length === 0) {
    errors.push(required(path.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if ((rule.resources ?? []).length === 0) {
    errors.push(required(path.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}

type Binding = Unchecked<Pick<RoleBinding, 'subjects' | 'roleRef'>>;

/** rbac validation `ValidateRoleBinding` and `ValidateClusterRoleBinding`: the latter has no namespace of its own. */
export function validateBinding(object: Binding, scope: 'Namespaced' | 'Cluster'): FieldError[] {
  const roleKinds = scope === 'Namespaced' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const path = field('roleRef');
  const reference = object.roleRef ?? {};
  const errors: FieldError[] = [];
  if (reference.apiGroup !== RBAC_GROUP) {
    errors.push(notSupported(path.child('apiGroup'), reference.apiGroup ?? '', [RBAC_GROUP]));
  }
  if (!roleKinds.includes(reference.kind ?? '')) {
    errors.push(notSupported(path.child('kind'), reference.kind ?? '', roleKinds));
  }
  const name = reference.name ?? '';
  if (name === '') errors.push(required(path.child('name')));
  else errors.push(...pathSegmentErrors(name).map((text) => invalid(path.child('name'), name, text)));
  (object.subjects ?? []).forEach((subject, i) =>
    errors.push(...validateSubject(subject, scope, field('subjects').index(i))),
  );
  return errors;
}

export function validateBindingUpdate(object: Binding, old: Binding): FieldError[] {
  return equal(object.roleRef, old.roleRef)
    ? []
    : [invalid(field('roleRef'), object.roleRef ?? null, 'cannot change roleRef')];
}

function validateSubject(
  subject: Unchecked<Subject>,
  scope: 'Namespaced' | 'Cluster',
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const name = subject.name ?? '';
  if (name === '') errors.push(required(path.child('name')));
  const group = subject.apiGroup ?? '';
  switch (subject.kind) {
    case 'ServiceAccount':
      if (name !== '') {
        errors.push(...dns1123SubdomainErrors(name).map((text) => invalid(path.child('name'), name, text)));
      }
      if (group !== '') errors.push(notSupported(path.child('apiGroup'), group, ['']));
      if (scope === 'Cluster' && (subject.namespace ?? '') === '')
        errors.push(required(path.child('namespace')));
      return errors;
    case 'User':
    case 'Group':
      if (name === '') {
        errors.push(invalid(path.child('name'), name, `${subject.kind.toLowerCase()} name cannot be empty`));
      }
      if (group !== RBAC_GROUP) errors.push(notSupported(path.child('apiGroup'), group, [RBAC_GROUP]));
      return errors;
    default:
      errors.push(notSupported(path.child('kind'), subject.kind ?? '', ['ServiceAccount', 'User', 'Group']));
      return errors;
  }
}
