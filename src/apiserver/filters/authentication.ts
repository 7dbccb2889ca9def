import type { ApiRequest, ApiResponse, UserInfo } from '../../api/request.ts';
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
  return (exchange, next) => {
    const { request } = exchange;
    if (request.user !== undefined) {
      exchange.user = request.user;
      return next(exchange);
    }
    const goOn = (user: UserInfo): Promise<ApiResponse> => {
      exchange.user = user;
      if (user !== anonymous) request.identified?.();
      return next(exchange);
    };
    const user = find(authenticators, request);
    return user instanceof Promise ? user.then(goOn) : goOn(user);
  };
}

/** A promise where an authenticator has to think: certificates are known at once. */
function find(
  authenticators: readonly Authenticator[],
  request: ApiRequest,
  first = 0,
  refused?: StatusError,
): UserInfo | Promise<UserInfo> {
  let refusal = refused;
  for (let at = first; at < authenticators.length; at += 1) {
    try {
      const answer = authenticators[at]?.authenticate(request);
      if (answer instanceof Promise) {
        return answered(answer, authenticators, request, at, refusal);
      }
      if (answer !== undefined) return authenticated(answer);
    } catch (error) {
      refusal = toStatusError(error);
    }
  }
  if (refusal !== undefined) throw refusal;
  // A token that nobody knows is no anonymous request.
  if (request.headers.authorization !== undefined) throw unauthorized();
  return anonymous;
}

async function answered(
  answer: Promise<UserInfo | undefined>,
  authenticators: readonly Authenticator[],
  request: ApiRequest,
  at: number,
  refused: StatusError | undefined,
): Promise<UserInfo> {
  let refusal = refused;
  try {
    const user = await answer;
    if (user !== undefined) return authenticated(user);
  } catch (error) {
    refusal = toStatusError(error);
  }
  return find(authenticators, request, at + 1, refusal);
}
