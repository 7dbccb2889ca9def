import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
  tooMany,
} from '../fields/fieldErrors.ts';
import { each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { qualifiedNameErrors } from '../names/names.ts';
import type { MatchCondition } from '../types.ts';

const MAX_CONDITIONS = 64;

/** Expressions that decide whether a request is any of a webhook's business. */
export function validateMatchConditions(
  conditions: readonly Unchecked<MatchCondition>[],
  path: FieldPath,
): FieldError[] {
  const names = new Set<string>();
  const errors = conditions.length > MAX_CONDITIONS ? [tooMany(path, conditions.length, MAX_CONDITIONS)] : [];
  return [
    ...errors,
    ...each(conditions, path, ({ name = '', expression = '' }, at) => {
      const found: FieldError[] = [];
      if (expression.trim() === '') found.push(required(at.child('expression')));
      else found.push(forbiddenField(at.child('expression'), 'this server evaluates no CEL expressions'));
      if (name === '') found.push(required(at.child('name')));
      else found.push(...qualifiedNameErrors(name).map((text) => invalid(at.child('name'), name, text)));
      if (names.has(name)) found.push(duplicate(at.child('name'), name));
      if (name !== '') names.add(name);
      return found;
    }),
  ];
}
