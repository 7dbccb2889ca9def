import type { Authorizer } from '../auth/contract.ts';
import type { Exchange } from '../exchange.ts';
import { forbiddenError } from '../filters/authorization.ts';

/**
 * For requests of another verb that amount to a creation: a PUT or apply of what is not there, a WebSocket to a
 * container. They need the right to create as well. @throws StatusError Forbidden
 */
export function demandCreate(authorizer: Authorizer, { user, request }: Exchange): void {
  const { isResourceRequest, path, group, version, namespace, resource, subresource, name } = request.info;
  const asked = {
    isResourceRequest,
    path,
    verb: 'create',
    group,
    version,
    namespace,
    resource,
    subresource,
    name,
  };
  const { allowed, reason } = authorizer.authorize(user, asked);
  if (!allowed) throw forbiddenError(user, asked, reason);
}
