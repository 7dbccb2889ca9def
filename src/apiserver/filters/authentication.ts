import type { UserInfo } from '../../api/request.ts';
import { type StatusError, toStatusError, unauthorized } from '../../api/status.ts';
import type { Authenticator } from '../auth/contract.ts';
import { authenticated, UNAUTHENTICATED } from '../auth/users.ts';
import type { Filter } from '../exchange.ts';

/** A user who shows no credentials. */
export const anonymous: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/**
 * Finds out who asks: the in-process caller that the composition root named, or the first authenticator that knows
 * the credentials; without any, the anonymous user. Wrong credentials are refused, unless others are right.
 */
export function authentication(authenticators: readonly Authenticator[]): Filter {
  const identify: Filter = async (exchange, next) => {
    const user = await find(authenticators, exchange.request);
    exchange.user = user;
    if (user !== anonymous) exchange.request.identified?.();
    return next(exchange);
  };
  return (exchange, next) => {
    const { user } = exchange.request;
    if (user === undefined) return identify(exchange, next);
    exchange.user = user;
    return next(exchange);
  };
}

async function find(
  authenticators: readonly Authenticator[],
  request: Parameters<Authenticator['authenticate']>[0],
): Promise<UserInfo> {
  let refusal: StatusError | undefined;
  for (const authenticator of authenticators) {
    try {
      const answer = authenticator.authenticate(request);
      const user = answer instanceof Promise ? await answer : answer;
      if (user !== undefined) return authenticated(user);
    } catch (error) {
      refusal = toStatusError(error);
    }
  }
  if (refusal !== undefined) throw refusal;
  // A token that nobody knows is no anonymous request.
  if (request.headers.authorization !== undefined) throw unauthorized();
  return anonymous;
}
