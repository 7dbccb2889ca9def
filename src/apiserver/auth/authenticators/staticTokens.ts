import { createHash } from 'node:crypto';
import type { UserInfo } from '../../../api/request.ts';
import type { TokenAuthenticator } from './bearerToken.ts';

/**
 * Tokens that stand for a user as long as the process lives: the editor's own, a test's. Kept and compared as digests,
 * so that neither memory nor timing gives one away.
 */
export function staticTokens(users: ReadonlyMap<string, UserInfo>): TokenAuthenticator {
  const byDigest = new Map([...users].map(([token, user]) => [digest(token), user]));
  return {
    authenticateToken(token) {
      const user = byDigest.get(digest(token));
      return Promise.resolve(user === undefined ? undefined : { user, audiences: [] });
    },
  };
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
