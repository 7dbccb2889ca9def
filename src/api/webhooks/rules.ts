import { type FieldError, type FieldPath, invalid, notSupported, required } from '../fields/fieldErrors.ts';
import { each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import type { RuleWithOperations } from '../types.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** What a webhook or a policy is asked about (`pkg/apis/admissionregistration/validation` validateRuleWithOperations). */
export function validateRuleWithOperations(
  rule: Unchecked<RuleWithOperations>,
  path: FieldPath,
): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  return [
    ...listErrors(operations, path.child('operations'), 'operations'),
    ...each(operations, path.child('operations'), (operation, at) =>
      OPERATIONS.includes(operation) ? [] : [notSupported(at, operation, OPERATIONS)],
    ),
    ...listErrors(apiGroups, path.child('apiGroups'), 'API groups'),
    ...listErrors(apiVersions, path.child('apiVersions'), 'API versions'),
    ...each(apiVersions, path.child('apiVersions'), (version, at) => (version === '' ? [required(at)] : [])),
    ...validateResources(resources, path.child('resources')),
    ...(scope === undefined || SCOPES.includes(scope)
      ? []
      : [notSupported(path.child('scope'), scope, SCOPES)]),
  ];
}

/** A list must have something; beside `*` nothing makes sense. */
function listErrors(list: readonly string[], path: FieldPath, what: string): FieldError[] {
  if (list.length === 0) return [required(path)];
  return list.length > 1 && list.includes('*')
    ? [invalid(path, list, `if '*' is present, must not specify other ${what}`)]
    : [];
}

/** Resources and subresources: `pods`, `pods/log`, and a star for either or both. */
function validateResources(resources: readonly string[], path: FieldPath): FieldError[] {
  if (resources.length === 0) return [required(path)];
  const withAnySubresource = new Set<string>();
  const ofAnyResource = new Set<string>();
  const errors: FieldError[] = [];
  resources.forEach((text, i) => {
    if (text === '') errors.push(required(path.index(i)));
    const slash = text.indexOf('/');
    if (slash < 0) return;
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    if (withAnySubresource.has(resource)) {
      errors.push(invalid(path.index(i), text, `if '${resource}/*' is present, must not specify ${text}`));
    }
    if (ofAnyResource.has(subresource)) {
      errors.push(invalid(path.index(i), text, `if '*/${subresource}' is present, must not specify ${text}`));
    }
    if (subresource === '*') withAnySubresource.add(resource);
    if (resource === '*') ofAnyResource.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  }
  // As upstream, the last resource without a subresource counts.
  const whole = resources.filter((text) => text !== '' && !text.includes('/')).at(-1);
  if (resources.includes('*') && whole !== undefined && whole !== '*') {
    errors.push(
      invalid(path, resources, "if '*' is present, must not specify other resources without subresources"),
    );
  }
  return errors;
}
