import type { ApiResponse, RequestHandler, UserInfo } from '../api/request.ts';
import { resolveRequestInfo } from '../api/requestInfo.ts';
import { type Status, StatusError } from '../api/status.ts';

/** The handler, the user and the signal of a request that the server makes to itself. */
export interface Asking {
  readonly handler: RequestHandler;
  readonly user: UserInfo;
  readonly signal: AbortSignal;
}

/** A request of the server to itself with a JSON body. Rejects with a StatusError where it is refused. */
export type Loopback = (method: string, path: string, object: object, signal: AbortSignal) => Promise<void>;

/** The server's own requests pass the same filters as all other requests. */
export function loopback(handler: RequestHandler, user: UserInfo): Loopback {
  return async (method, path, object, signal) => {
    const response = await ask({ handler, user, signal }, method, path, object);
    if (response.type === 'object' && response.code >= 400) throw StatusError.from(response.object as Status);
  };
}

/** One request through the front door; its answer, whatever the code. */
export function ask(
  { handler, user, signal }: Asking,
  method: string,
  path: string,
  object: object | undefined,
): Promise<ApiResponse> {
  const query = new URLSearchParams();
  const info = resolveRequestInfo(method, path, query);
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const body =
    object === undefined ? ({ type: 'none' } as const) : ({ type: 'object', object, contentType } as const);
  return handler.handle({ info, query, headers: {}, body, user, signal });
}
