import { defineKind, type Kind } from '../../kind.ts';
import { selfSubjectRulesReviews } from '../../resources.ts';
import type { SelfSubjectRulesReview } from '../../types.ts';
import { createdAtColumn, nameColumn } from '../../columns.ts';

export const selfSubjectRulesReview: Kind = defineKind<SelfSubjectRulesReview>({
  resource: selfSubjectRulesReviews,
  model: 'V1SelfSubjectRulesReview',
  stored: false,
  verbs: ['create'],
  validate: () => [],
  columns: [nameColumn, createdAtColumn],
});
