import { StatusError, unauthorized } from '../../../api/status.ts';
import type { Authenticator } from '../contract.ts';
import { authenticated } from '../users.ts';
import { bearerToken } from './bearerToken.ts';

/**
 * Asks one after the other; the first answer counts. An authenticator that rejects does not keep the next from being
 * asked, but if nobody knows the credentials the request is Unauthorized, also where a bearer token meant nothing to
 * anybody. Without credentials the answer is undefined: the request is anonymous.
 */
export function unionAuthenticator(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(request) {
      let failure: StatusError | undefined;
      for (const authenticator of authenticators) {
        try {
          const user = await authenticator.authenticate(request);
          if (user !== undefined) return authenticated(user);
        } catch (error) {
          if (!(error instanceof StatusError)) throw error;
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure;
      if (bearerToken(request.headers) !== undefined) throw unauthorized();
      return undefined;
    },
  };
}
