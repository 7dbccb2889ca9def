import { defineKind, type Kind } from '../../kind.ts';
import { selfSubjectAccessReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { SelfSubjectAccessReview } from '../../types.ts';
import { validateReviewedAttributes } from '../../accessReview/validation.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const selfSubjectAccessReview: Kind = defineKind<SelfSubjectAccessReview>({
  resource: selfSubjectAccessReviews,
  schema: builtIn('V1SelfSubjectAccessReview'),
  stored: false,
  verbs: ['create'],
  validate: (object) => validateReviewedAttributes(object.spec),
  columns: [nameColumn, createdAtColumn],
});
