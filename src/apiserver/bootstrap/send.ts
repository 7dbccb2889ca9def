import { type Status, StatusError } from '../../api/status.ts';
import { ask, type Asking } from '../loopback.ts';

/** A request through the front door. What is no success and no conflict (409) is thrown. */
export async function send(
  asking: Asking,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  object?: object,
): Promise<{ readonly code: number; readonly object: unknown }> {
  const response = await ask(
    asking,
    method,
    path,
    object === undefined ? undefined : structuredClone(object),
  );
  if (response.type !== 'object') throw new Error(`an answer of type ${response.type} to ${method} ${path}`);
  if (response.code >= 400 && response.code !== 409) throw StatusError.from(response.object as Status);
  return response;
}
