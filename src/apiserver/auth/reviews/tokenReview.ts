import type { Draft } from '../../../api/meta.ts';
import { badRequest } from '../../../api/status.ts';
import type { TokenReview } from '../../../api/types.ts';
import { type TokenAuthenticator, TokenError } from '../authenticators/bearerToken.ts';
import { authenticated } from '../users.ts';

type Status = NonNullable<TokenReview['status']>;

/**
 * The status of a TokenReview: whether the token is good for one of the audiences asked for (none: the API server's), and
 * whose it is (`pkg/registry/authentication/tokenreview/storage.go`). Throws BadRequest for a review without a token.
 */
export async function reviewToken(tokens: TokenAuthenticator, review: Draft<TokenReview>): Promise<Status> {
  const spec = review.spec as Partial<Draft<TokenReview>['spec']>;
  const { token = '', audiences = [] } = spec;
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  try {
    const known = await tokens.authenticateToken(token, audiences);
    if (known === undefined) return { user: {}, error: 'invalid bearer token' };
    const { name, uid, groups, extra } = authenticated(known.user);
    return {
      authenticated: true,
      user: {
        username: name,
        ...(uid === undefined ? {} : { uid }),
        groups,
        ...(extra === undefined ? {} : { extra }),
      },
      ...(known.audiences.length === 0 ? {} : { audiences: known.audiences }),
    };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return { user: {}, error: `[invalid bearer token, ${error.message}]` };
  }
}
