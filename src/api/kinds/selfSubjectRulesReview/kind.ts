import { defineKind, type Kind } from '../../kind.ts';
import { selfSubjectRulesReviews } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { SelfSubjectRulesReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const selfSubjectRulesReview: Kind = defineKind<SelfSubjectRulesReview>({
  resource: selfSubjectRulesReviews,
  schema: builtIn('V1SelfSubjectRulesReview'),
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
