import type { RequestHandler, UserInfo } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { type Status, StatusError } from '../../api/status.ts';

/** Who asks whom. */
export interface Asking {
  readonly handler: RequestHandler;
  readonly user: UserInfo;
  readonly signal: AbortSignal;
}

/** A request through the front door. What is no success and no conflict (409) is thrown. */
export async function send(
  { handler, user, signal }: Asking,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  object?: object,
): Promise<{ readonly code: number; readonly object: unknown }> {
  const query = new URLSearchParams();
  const info = resolveRequestInfo(method, path, query);
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const body =
    object === undefined
      ? ({ type: 'none' } as const)
      : ({ type: 'object', object: structuredClone(object), contentType } as const);
  const response = await handler.handle({ info, query, headers: {}, body, user, signal });
  if (response.type !== 'object') throw new Error(`an answer of type ${response.type} to ${method} ${path}`);
  if (response.code >= 400 && response.code !== 409) throw StatusError.from(response.object as Status);
  return response;
}
