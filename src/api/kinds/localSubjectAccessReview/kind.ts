import { field, invalid } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { localSubjectAccessReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { LocalSubjectAccessReview } from '../../types.ts';
import { validateReviewedSubject } from '../../accessReview/validation.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const localSubjectAccessReview: Kind = defineKind<LocalSubjectAccessReview>({
  resource: localSubjectAccessReviews,
  schema: builtIn('V1LocalSubjectAccessReview'),
  stored: false,
  verbs: ['create'],
  validate(object: Unchecked<LocalSubjectAccessReview>) {
    const { resourceAttributes, nonResourceAttributes } = object.spec ?? {};
    const errors = validateReviewedSubject(object.spec);
    if (resourceAttributes !== undefined && resourceAttributes.namespace !== object.metadata?.namespace) {
      errors.push(
        invalid(
          field('spec', 'resourceAttributes', 'namespace'),
          resourceAttributes.namespace ?? '',
          'must match metadata.namespace',
        ),
      );
    }
    if (nonResourceAttributes !== undefined) {
      errors.push(
        invalid(
          field('spec', 'nonResourceAttributes'),
          nonResourceAttributes,
          'disallowed on this kind of request',
        ),
      );
    }
    return errors;
  },
  columns: [nameColumn, createdAtColumn],
});
