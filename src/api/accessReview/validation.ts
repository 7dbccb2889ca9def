import { type FieldError, field, invalid } from '../fields/fieldErrors.ts';
import type { SubjectAccessReview } from '../types.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Spec = Unchecked<SubjectAccessReview['spec']>;

/** authorization validation `ValidateSelfSubjectAccessReviewSpec`: what is asked about. */
export function validateReviewedAttributes(
  spec: Pick<Spec, 'resourceAttributes' | 'nonResourceAttributes'> = {},
): FieldError[] {
  const path = field('spec');
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    return [
      invalid(
        path.child('nonResourceAttributes'),
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    return [
      invalid(
        path.child('resourceAttributes'),
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ];
  }
  return [];
}

/** authorization validation `ValidateSubjectAccessReviewSpec`: about whom as well. */
export function validateReviewedSubject(spec: Spec = {}): FieldError[] {
  const errors = validateReviewedAttributes(spec);
  if ((spec.user ?? '') === '' && (spec.groups ?? []).length === 0) {
    errors.push(
      invalid(field('spec', 'user'), spec.user ?? '', 'at least one of user or group must be specified'),
    );
  }
  return errors;
}
