import { defineKind, type Kind } from '../../kind.ts';
import { tokenReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { TokenReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const tokenReview: Kind = defineKind<TokenReview>({
  resource: tokenReviews,
  schema: builtIn('V1TokenReview'),
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
