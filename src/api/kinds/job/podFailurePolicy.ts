import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../fields/fieldErrors.ts';
import { conforms, each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import type { Job } from '../../types.ts';

type Spec = Unchecked<Job['spec']>;
type Rule = NonNullable<NonNullable<Spec['podFailurePolicy']>['rules']>[number];

const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** batch validation `validatePodFailurePolicy`. */
export function validatePodFailurePolicy(spec: Spec, path: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const at = path.child('rules');
  if (rules.length > MAX_RULES) return [tooMany(at, rules.length, MAX_RULES)];
  const pod = spec.template?.spec ?? {};
  const names = new Set([...(pod.containers ?? []), ...(pod.initContainers ?? [])].map(({ name }) => name));
  return each(rules, at, (rule, here) => validateRule(rule, spec, names, here));
}

function validateRule(
  rule: Rule,
  spec: Spec,
  containers: ReadonlySet<string | undefined>,
  path: FieldPath,
): FieldError[] {
  const errors = closed(rule.action, ACTIONS, path.child('action'));
  if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(invalid(path.child('action'), rule.action, 'requires the backoffLimitPerIndex to be set'));
  }
  const { onExitCodes, onPodConditions = [] } = rule;
  if (onExitCodes !== undefined) {
    errors.push(...validateExitCodes(onExitCodes, containers, path.child('onExitCodes')));
  }
  if (onPodConditions.length > 0) {
    errors.push(...validateConditions(onPodConditions, path.child('onPodConditions')));
  }
  const { length } = onPodConditions;
  if (onExitCodes !== undefined && length > 0) {
    errors.push(invalid(path, rule, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && length === 0) {
    errors.push(invalid(path, rule, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateConditions(patterns: NonNullable<Rule['onPodConditions']>, path: FieldPath): FieldError[] {
  if (patterns.length > MAX_PATTERNS) return [tooMany(path, patterns.length, MAX_PATTERNS)];
  return each(patterns, path, (pattern, at) => [
    ...conforms(qualifiedNameErrors, pattern.type ?? '', at.child('type')),
    ...closed(pattern.status, STATUSES, at.child('status')),
  ]);
}

function validateExitCodes(
  requirement: NonNullable<Rule['onExitCodes']>,
  containers: ReadonlySet<string | undefined>,
  path: FieldPath,
): FieldError[] {
  const { containerName, operator, values = [] } = requirement;
  const at = path.child('values');
  const errors = closed(operator, OPERATORS, path.child('operator'));
  if (containerName !== undefined && !containers.has(containerName)) {
    errors.push(
      invalid(
        path.child('containerName'),
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  }
  if (values.length === 0) {
    errors.push(invalid(at, values, 'at least one value is required'));
  } else if (values.length > MAX_EXIT_CODES) {
    errors.push(tooMany(at, values.length, MAX_EXIT_CODES));
  }
  const seen = new Set<number>();
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(at.index(index), value, 'must not be 0 for the In operator'));
    }
    if (seen.has(value)) errors.push(duplicate(at.index(index), value));
    seen.add(value);
  });
  if (values.some((value, index) => value < (values[index - 1] ?? value))) {
    errors.push(invalid(at, values, 'must be ordered'));
  }
  return errors;
}

/** A value of a closed list; one that is missing is told which there are. */
function closed(value: string | undefined, allowed: readonly string[], path: FieldPath): FieldError[] {
  if (value === undefined || value === '') {
    return [required(path, `valid values: [${allowed.map((one) => JSON.stringify(one)).join(' ')}]`)];
  }
  return allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}
