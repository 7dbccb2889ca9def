import { defineKind, type Kind } from '../../kind.ts';
import { selfSubjectReviews } from '../../resources.ts';
import type { SelfSubjectReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const selfSubjectReview: Kind = defineKind<SelfSubjectReview>({
  resource: selfSubjectReviews,
  model: 'V1SelfSubjectReview',
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
