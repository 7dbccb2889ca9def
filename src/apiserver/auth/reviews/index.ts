import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from '../../../api/resources.ts';
import type { Draft, KubeObject } from '../../../api/meta.ts';
import type { UserInfo } from '../../../api/request.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  TokenReview,
} from '../../../api/types.ts';
import type { Review } from '../../verbs/handler.ts';
import type { TokenAuthenticator } from '../authenticators/bearerToken.ts';
import type { Authorizer } from '../contract.ts';
import { reviewLocalAccess, reviewOwnAccess, reviewSubjectAccess } from './accessReview.ts';
import { reviewOwnRules, reviewSelf } from './self.ts';
import { reviewToken } from './tokenReview.ts';

/** The answers of all kinds that are reviewed and not stored, by plural. Drafts have been validated. */
export function createReviews(
  authorizer: Authorizer,
  tokens: TokenAuthenticator,
): Readonly<Record<string, Review>> {
  return {
    [tokenReviews.plural]: answered((draft) => reviewToken(tokens, draft as Draft<TokenReview>)),
    [subjectAccessReviews.plural]: answered((draft) =>
      reviewSubjectAccess(authorizer, specOf<SubjectAccessReview>(draft)),
    ),
    [localSubjectAccessReviews.plural]: answered((draft) =>
      reviewLocalAccess(authorizer, draft.metadata.namespace ?? '', specOf<LocalSubjectAccessReview>(draft)),
    ),
    [selfSubjectAccessReviews.plural]: answered((draft, user) =>
      reviewOwnAccess(authorizer, user, specOf<SelfSubjectAccessReview>(draft)),
    ),
    [selfSubjectRulesReviews.plural]: answered((draft, user) =>
      reviewOwnRules(authorizer, user, specOf<SelfSubjectRulesReview>(draft)),
    ),
    [selfSubjectReviews.plural]: answered((_draft, user) => reviewSelf(user)),
  };
}

/** The draft with the status that is found. */
function answered(status: (draft: Draft, user: UserInfo) => unknown): Review {
  return async (draft, user) =>
    Object.assign(draft, { status: await status(draft, user) }) as unknown as KubeObject;
}

function specOf<T extends KubeObject & { readonly spec: unknown }>(draft: Draft): T['spec'] {
  return (draft as unknown as T).spec;
}
