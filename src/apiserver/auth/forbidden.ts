import type { UserInfo } from '../../api/request.ts';
import { forbidden, type StatusError } from '../../api/status.ts';
import type { AuthorizationAttributes } from './contract.ts';

/**
 * The 403 of a request that no authorizer allows (apiserver
 * `pkg/endpoints/handlers/responsewriters/errors.go`). `reason`: what the authorizers said, '' for nothing.
 */
export function forbiddenError(
  user: UserInfo,
  attributes: AuthorizationAttributes,
  reason: string,
): StatusError {
  const message = forbiddenMessage(user, attributes);
  const why = reason === '' ? message : `${message}: ${reason}`;
  return forbidden({ group: attributes.group, plural: attributes.resource }, attributes.name, why);
}

/** `User "x" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function forbiddenMessage(user: UserInfo, attributes: AuthorizationAttributes): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const who = `User ${quoted(user.name)} cannot ${attributes.verb}`;
  if (!attributes.isResourceRequest) return `${who} path ${quoted(attributes.path)}`;
  const { resource, subresource, group, namespace } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoted(namespace)}`;
  return `${who} resource ${quoted(what)} in API group ${quoted(group)} ${where}`;
}
