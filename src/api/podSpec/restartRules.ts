import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  notSupported,
  required,
  tooMany,
} from '../fields/fieldErrors.ts';
import { each, optionalOneOf } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import type { Container } from '../types.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart'];
const OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;

/** Whether and when a container is started again (core validation `validateContainerRestartPolicy`, KEP-5307). */
export function validateRestarts(
  { restartPolicy, restartPolicyRules: rules = [] }: Unchecked<Container>,
  path: FieldPath,
): FieldError[] {
  if (restartPolicy === undefined && rules.length === 0) return [];
  const at = path.child('restartPolicyRules');
  const errors = optionalOneOf(restartPolicy, POLICIES, path.child('restartPolicy'));
  if (restartPolicy === undefined && rules.length > 0) {
    errors.push(
      required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used'),
    );
  }
  if (rules.length > MAX_RULES) errors.push(tooMany(at, rules.length, MAX_RULES));
  return [
    ...errors,
    ...each(rules, at, ({ action = '', exitCodes }, index) => {
      const wrong = ACTIONS.includes(action) ? [] : [notSupported(index.child('action'), action, ACTIONS)];
      if (exitCodes === undefined) return [...wrong, required(index.child('exitCodes'), 'must be specified')];
      const { operator = '', values = [] } = exitCodes;
      const codes = index.child('exitCodes');
      if (!OPERATORS.includes(operator)) {
        wrong.push(notSupported(codes.child('operator'), operator, OPERATORS));
      }
      if (values.length > MAX_EXIT_CODES) {
        wrong.push(tooMany(codes.child('values'), values.length, MAX_EXIT_CODES));
      }
      return wrong;
    }),
  ];
}

/** A sidecar runs as long as its pod: no exit code changes that. */
export function validateSidecarRules(
  { restartPolicyRules }: Unchecked<Container>,
  path: FieldPath,
): FieldError[] {
  return (restartPolicyRules ?? []).length === 0
    ? []
    : [
        forbiddenField(
          path.child('restartPolicyRules'),
          'may not be set for init containers with restartPolicy=Always',
        ),
      ];
}
