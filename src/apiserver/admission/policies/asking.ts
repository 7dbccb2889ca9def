import { AuthorizerValue, type Check, CheckValue } from '../../../api/cel/library/authorization.ts';
import type { Authorizer, AuthorizationAttributes } from '../../auth/contract.ts';
import { serviceAccountUser } from '../../auth/users.ts';
import type { AdmissionAttributes } from '../contract.ts';

/** The authorizer variables of expressions: one for any question, one for the request's own resource. */
export function authorizerOf(
  authorizer: Pick<Authorizer, 'authorize'>,
  attributes: AdmissionAttributes,
): { readonly authorizer: AuthorizerValue; readonly 'authorizer.requestResource': CheckValue } {
  const asking = new AuthorizerValue((verb, check, account) => {
    const user =
      account === undefined ? attributes.user : serviceAccountUser(account.namespace, account.name);
    const { allowed, reason } = authorizer.authorize(user, attributesOf(verb, check));
    return { allowed, reason, error: '' };
  });
  const { resource, subresource, namespace, name } = attributes;
  const own = new CheckValue(asking, {
    kind: 'resource',
    group: resource.group,
    resource: resource.plural,
    subresource,
    namespace,
    name,
    fieldSelector: undefined,
    labelSelector: undefined,
  });
  return { authorizer: asking, 'authorizer.requestResource': own };
}

function attributesOf(verb: string, check: Check): AuthorizationAttributes {
  const nothing = { group: '', version: '', namespace: '', resource: '', subresource: '', name: '' };
  if (check.kind === 'path') return { ...nothing, isResourceRequest: false, path: check.path, verb };
  const { group, resource, subresource, namespace, name, fieldSelector } = check;
  return {
    isResourceRequest: true,
    path: '',
    group,
    version: '*',
    namespace,
    resource,
    subresource,
    name,
    verb,
    fieldSelector,
  };
}
