import { setOwnProperty } from '../../base/ownProperty.ts';
import type { UserInfo } from '../../api/request.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../api/names/names.ts';
import { badRequest } from '../../api/status.ts';
import type { AuthorizationAttributes, Authorizer } from '../auth/contract.ts';
import { AUTHENTICATED, SERVICE_ACCOUNTS, UNAUTHENTICATED } from '../auth/users.ts';
import type { Filter } from '../exchange.ts';
import { anonymous } from './authentication.ts';
import { forbiddenError } from './authorization.ts';

const EXTRA = 'impersonate-extra-';
const SERVICE_ACCOUNT = 'system:serviceaccount:';

/**
 * `Impersonate-User`, `-Group`, `-Uid` and `-Extra-*`: goes on as somebody else, where the one who asks may
 * impersonate every part of that identity (apiserver `filters/impersonation.go`).
 */
export function impersonation(authorizer: Authorizer): Filter {
  return (exchange, next) => {
    const { headers } = exchange.request;
    const { 'impersonate-user': name = '' } = headers;
    if (name === '') {
      for (const header in headers) {
        if (isPartOfIdentity(header)) throw badRequest(`requested ${header} without impersonating a user`);
      }
      return next(exchange);
    }
    const groups = listOf(headers['impersonate-group']);
    const uid = headers['impersonate-uid'];
    const extra = extraOf(headers);
    const demand = (attributes: Partial<AuthorizationAttributes>): void => {
      const asked = { ...IMPERSONATE, ...attributes };
      const { allowed, reason } = authorizer.authorize(exchange.user, asked);
      if (!allowed) throw forbiddenError(exchange.user, asked, reason);
    };
    const account = serviceAccountOf(name);
    demand(
      account === undefined
        ? { resource: 'users', name }
        : { resource: 'serviceaccounts', namespace: account.namespace, name: account.name },
    );
    for (const group of groups) demand({ resource: 'groups', name: group });
    if (uid !== undefined)
      demand({ group: 'authentication.k8s.io', version: 'v1', resource: 'uids', name: uid });
    for (const [key, values] of Object.entries(extra)) {
      for (const value of values) {
        demand({
          group: 'authentication.k8s.io',
          version: 'v1',
          resource: 'userextras',
          subresource: key,
          name: value,
        });
      }
    }
    exchange.user = impersonated(name, groups, uid, extra);
    return next(exchange);
  };
}

const isPartOfIdentity = (header: string): boolean =>
  header.startsWith('impersonate-') &&
  (header === 'impersonate-group' || header === 'impersonate-uid' || header.startsWith(EXTRA));

const IMPERSONATE: AuthorizationAttributes = {
  isResourceRequest: true,
  path: '',
  verb: 'impersonate',
  group: '',
  version: 'v1',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
};

function impersonated(
  name: string,
  groups: readonly string[],
  uid: string | undefined,
  extra: Readonly<Record<string, readonly string[]>>,
): UserInfo {
  const account = serviceAccountOf(name);
  const own =
    groups.length > 0 || account === undefined
      ? groups
      : [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${account.namespace}`];
  const mark = name === anonymous.name ? UNAUTHENTICATED : AUTHENTICATED;
  return {
    name,
    groups: own.includes(mark) ? own : [...own, mark],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function serviceAccountOf(name: string): { namespace: string; name: string } | undefined {
  if (!name.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace = '', account = '', more] = name.slice(SERVICE_ACCOUNT.length).split(':');
  const errors = [...dns1123LabelErrors(namespace), ...dns1123SubdomainErrors(account)];
  return more === undefined && errors.length === 0 ? { namespace, name: account } : undefined;
}

/** Repeated headers come joined by commas. */
function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((part) => part.trim());
}

function extraOf(headers: Readonly<Record<string, string | undefined>>): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(EXTRA)) continue;
    setOwnProperty(extra, unescaped(header.slice(EXTRA.length)), listOf(value));
  }
  return extra;
}

/** Clients write characters that no header may have as `%2f`. @throws StatusError BadRequest */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    throw badRequest(`malformed header ${EXTRA}${key}: invalid URL escape`);
  }
}
