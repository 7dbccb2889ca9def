import {
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
  tooMany,
} from '../../fields/fieldErrors.ts';
import { each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import type { Job } from '../../types.ts';
import { countIndexes, parseIndexes } from './indexes.ts';

type Spec = Unchecked<Job['spec']>;
type Rule = NonNullable<NonNullable<Spec['successPolicy']>['rules']>[number];

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

/** batch validation `validateSuccessPolicy`. */
export function validateSuccessPolicy(spec: Spec, path: FieldPath): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const at = path.child('rules');
  if (rules.length === 0) {
    return [required(at, 'at least one rules must be specified when the successPolicy is specified')];
  }
  if (rules.length > MAX_RULES) return [tooMany(at, rules.length, MAX_RULES)];
  return each(rules, at, (rule, here) => validateRule(rule, spec.completions ?? 0, here));
}

function validateRule(rule: Rule, completions: number, path: FieldPath): FieldError[] {
  const { succeededCount, succeededIndexes } = rule;
  if (succeededCount === undefined && succeededIndexes === undefined) {
    return [required(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  }
  const errors: FieldError[] = [];
  let all = completions;
  if (succeededIndexes !== undefined) {
    const at = path.child('succeededIndexes');
    if (succeededIndexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(at, MAX_INDEXES_BYTES));
    const ranges = parseIndexes(succeededIndexes, completions);
    if (ranges === undefined) {
      errors.push(
        invalid(
          at,
          succeededIndexes,
          'error parsing succeededIndexes: must be sorted indexes below completions',
        ),
      );
    } else {
      all = countIndexes(ranges);
    }
  }
  if (succeededCount === undefined) return errors;
  const at = path.child('succeededCount');
  errors.push(...nonNegative(succeededCount, at));
  if (succeededCount > completions) {
    const most = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(at, succeededCount, most));
  } else if (succeededCount > all) {
    const most = `must be less than or equal to ${all} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(at, succeededCount, most));
  }
  return errors;
}
