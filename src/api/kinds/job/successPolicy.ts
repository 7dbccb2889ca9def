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
import { countIndexes, parseIndexes, problemOfIndexes } from './indexes.ts';

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
  return [
    ...(rules.length > MAX_RULES ? [tooMany(at, rules.length, MAX_RULES)] : []),
    ...each(rules, at, (rule, here) => validateRule(rule, spec.completions ?? 0, here)),
  ];
}

function validateRule(rule: Rule, completions: number, path: FieldPath): FieldError[] {
  const { succeededCount, succeededIndexes } = rule;
  if (succeededCount === undefined && succeededIndexes === undefined) {
    return [required(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  }
  return [
    ...validateIndexes(succeededIndexes, completions, path.child('succeededIndexes')),
    ...validateCount(rule, completions, path.child('succeededCount')),
  ];
}

function validateIndexes(indexes: string | undefined, completions: number, path: FieldPath): FieldError[] {
  if (indexes === undefined) return [];
  const errors = indexes.length > MAX_INDEXES_BYTES ? [tooLong(path, MAX_INDEXES_BYTES)] : [];
  const problem = problemOfIndexes(indexes, completions);
  if (problem === undefined) return errors;
  return [...errors, invalid(path, indexes, `error parsing succeededIndexes: ${problem}`)];
}

/** Malformed indexes are none. */
function validateCount(
  { succeededCount: count, succeededIndexes }: Rule,
  completions: number,
  path: FieldPath,
): FieldError[] {
  if (count === undefined) return [];
  const errors = nonNegative(count, path);
  const limits = [{ most: completions, of: 'specified completions' }];
  if (succeededIndexes !== undefined) {
    const most = countIndexes(parseIndexes(succeededIndexes, completions) ?? []);
    limits.push({ most, of: 'indexes in the specified succeededIndexes field' });
  }
  for (const { most, of } of limits) {
    if (count > most)
      errors.push(invalid(path, count, `must be less than or equal to ${most} (the number of ${of})`));
  }
  return errors;
}
