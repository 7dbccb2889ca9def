import { Buffer } from 'node:buffer';
import type { ApiRequest, UserInfo } from '../../../api/request.ts';
import { unauthorized } from '../../../api/status.ts';
import { protocolsOf, TOKEN_PROTOCOL } from '../../webSocketProtocols.ts';
import type { Authenticator } from '../contract.ts';

/** Knows users by a secret text. */
export interface TokenAuthenticator {
  /**
   * The user, for one of the audiences that the asker answers to (an empty list: the API server's own). `undefined`: no
   * token of this authenticator's. Rejects with TokenError where it is one and does not hold.
   */
  authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedToken | undefined>;
}

export interface AuthenticatedToken {
  readonly user: UserInfo;
  /** Those of the asked audiences that the token is good for; empty where it is bound to none. */
  readonly audiences: readonly string[];
}

/** Why a token does not hold: for TokenReview and logs, never for the client that sent it. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Tokens from `Authorization: Bearer`, or from the WebSocket subprotocol that browsers can set. */
export function bearerTokens(tokens: TokenAuthenticator): Authenticator {
  return {
    async authenticate({ headers }) {
      const token = bearerToken(headers);
      if (token === undefined) return undefined;
      try {
        return (await tokens.authenticateToken(token, []))?.user;
      } catch (error) {
        if (error instanceof TokenError) throw unauthorized();
        throw error;
      }
    },
  };
}

/** Asks one after the other; a TokenError of one counts where no other knows the token. */
export function unionTokens(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      let failure: TokenError | undefined;
      for (const authenticator of authenticators) {
        try {
          const known = await authenticator.authenticateToken(token, audiences);
          if (known !== undefined) return known;
        } catch (error) {
          if (!(error instanceof TokenError)) throw error;
          failure ??= error;
        }
      }
      if (failure !== undefined) throw failure;
      return undefined;
    },
  };
}

/** The token that a request carries, undefined for none. */
export function bearerToken(headers: ApiRequest['headers']): string | undefined {
  const authorization = headers['authorization'];
  if (authorization !== undefined) {
    const token = /^bearer +(\S+)\s*$/i.exec(authorization)?.[1];
    if (token !== undefined) return token;
  }
  const encoded = protocolsOf(headers['sec-websocket-protocol']).find((p) => p.startsWith(TOKEN_PROTOCOL));
  if (encoded === undefined) return undefined;
  const token = Buffer.from(encoded.slice(TOKEN_PROTOCOL.length), 'base64url').toString();
  return token === '' ? undefined : token;
}
