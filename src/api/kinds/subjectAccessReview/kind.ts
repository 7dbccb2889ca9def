import { defineKind, type Kind } from '../../kind.ts';
import { subjectAccessReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { SubjectAccessReview } from '../../types.ts';
import { validateReviewedSubject } from '../../accessReview/validation.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const subjectAccessReview: Kind = defineKind<SubjectAccessReview>({
  resource: subjectAccessReviews,
  schema: builtIn('V1SubjectAccessReview'),
  stored: false,
  verbs: ['create'],
  validate: (object) => validateReviewedSubject(object.spec),
  columns: [nameColumn, createdAtColumn],
});
