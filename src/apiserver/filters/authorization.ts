import type { UserInfo } from '../../api/request.ts';
import { forbidden, type StatusError } from '../../api/status.ts';
import type { AuthorizationAttributes, Authorizer } from '../auth/contract.ts';
import type { Filter } from '../exchange.ts';

/** Lets pass what the authorizer allows; the rest is Forbidden. */
export function authorization(authorizer: Authorizer): Filter {
  return (exchange, next) => {
    const { info, query } = exchange.request;
    // Only lists and watches have one, and only what a node may read depends on it.
    const fieldSelector = info.verb === 'list' || info.verb === 'watch' ? query.get('fieldSelector') : null;
    const attributes = fieldSelector === null ? info : { ...info, fieldSelector };
    const { allowed, reason } = authorizer.authorize(exchange.user, attributes);
    exchange.audit?.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    exchange.audit?.annotate('authorization.k8s.io/reason', reason);
    if (!allowed) throw forbiddenError(exchange.user, info, reason);
    return next(exchange);
  };
}

/** Upstream's words (apiserver `handlers/responsewriters/errors.go`). */
export function forbiddenError(user: UserInfo, info: AuthorizationAttributes, reason: string): StatusError {
  const who = `User ${JSON.stringify(user.name)}`;
  const because = reason === '' ? '' : `: ${reason}`;
  if (!info.isResourceRequest) {
    return forbidden(
      { group: '', plural: '' },
      '',
      `${who} cannot ${info.verb} path ${JSON.stringify(info.path)}${because}`,
    );
  }
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where =
    info.namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(info.namespace)}`;
  return forbidden(
    { group: info.group, plural: info.resource },
    info.name,
    `${who} cannot ${info.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(info.group)}${where}${because}`,
  );
}
