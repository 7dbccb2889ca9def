import { defineKind, type Kind } from '../../kind.ts';
import { selfSubjectReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { SelfSubjectReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const selfSubjectReview: Kind = defineKind<SelfSubjectReview>({
  resource: selfSubjectReviews,
  schema: builtIn('V1SelfSubjectReview'),
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
