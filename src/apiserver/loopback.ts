import type { RequestHandler, UserInfo } from '../api/request.ts';
import { resolveRequestInfo } from '../api/requestInfo.ts';
import { type Status, StatusError } from '../api/status.ts';

/** A request of the server to itself with a JSON body. Rejects with a StatusError where it is refused. */
export type Loopback = (method: string, path: string, object: object, signal: AbortSignal) => Promise<void>;

/** What the server itself wants goes through the front door, as everybody's requests do. */
export function loopback(handler: RequestHandler, user: UserInfo): Loopback {
  return async (method, path, object, signal) => {
    const query = new URLSearchParams();
    const info = resolveRequestInfo(method, path, query);
    const body = { type: 'object', object, contentType: 'application/json' } as const;
    const response = await handler.handle({ info, query, headers: {}, body, user, signal });
    if (response.type === 'object' && response.code >= 400) throw StatusError.from(response.object as Status);
  };
}
