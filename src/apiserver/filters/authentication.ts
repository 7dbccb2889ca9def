import type { UserInfo } from '../../api/request.ts';
import { unauthorized } from '../../api/status.ts';
import type { Authenticator } from '../auth/contract.ts';
import type { Filter } from '../exchange.ts';

const AUTHENTICATED = 'system:authenticated';

/** Whoever shows no credentials. */
export const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * Finds out who asks: the in-process caller that the composition root named, or the first authenticator that knows
 * the credentials; without any, the anonymous user. Wrong credentials are refused, unless others are right.
 */
export function authentication(authenticators: readonly Authenticator[]): Filter {
  return async (exchange, next) => {
    exchange.user = exchange.request.user ?? (await find(authenticators, exchange.request));
    return next(exchange);
  };
}

async function find(
  authenticators: readonly Authenticator[],
  request: Parameters<Authenticator['authenticate']>[0],
): Promise<UserInfo> {
  let refusal: unknown;
  for (const authenticator of authenticators) {
    try {
      const user = await authenticator.authenticate(request);
      if (user !== undefined) return withGroup(user);
    } catch (error) {
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
  // A token that nobody knows is no anonymous request.
  if (request.headers.authorization !== undefined) throw unauthorized();
  return anonymous;
}

/** Everybody whose credentials were right is in this group (apiserver `group/authenticated_group_adder.go`). */
function withGroup(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) || user.name === anonymous.name
    ? user
    : { ...user, groups: [...user.groups, AUTHENTICATED] };
}
