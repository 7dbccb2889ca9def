import { defineKind, type Kind } from '../../kind.ts';
import { tokenReviews } from '../../resources.ts';
import type { TokenReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const tokenReview: Kind = defineKind<TokenReview>({
  resource: tokenReviews,
  model: 'V1TokenReview',
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
