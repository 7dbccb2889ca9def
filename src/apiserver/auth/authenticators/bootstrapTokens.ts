import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { secrets } from '../../../api/resources.ts';
import type { Secret } from '../../../api/types.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { type TokenAuthenticator, TokenError } from './bearerToken.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const TYPE = 'bootstrap.kubernetes.io/token';
const NAMESPACE = 'kube-system';
const GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/**
 * Tokens `ID.SECRET` that a Secret `bootstrap-token-ID` in kube-system has, with which a machine joins (`plugin/pkg/auth/
 * authenticator/token/bootstrap`). They end with their Secret, or when it says.
 */
export function bootstrapTokens(
  reader: Pick<AdmissionReader, 'get'>,
  clock: Pick<Clock, 'now'>,
): TokenAuthenticator {
  return {
    authenticateToken(token) {
      const [, id = '', secretPart = ''] = TOKEN.exec(token) ?? [];
      if (id === '') return Promise.resolve(undefined);
      const secret = reader.get(secrets, NAMESPACE, `bootstrap-token-${id}`) as Secret | undefined;
      const groups = secret === undefined ? undefined : groupsOf(secret, id, secretPart, clock.now());
      return groups === undefined
        ? Promise.reject(new TokenError('the bootstrap token is not valid'))
        : Promise.resolve({ user: { name: `system:bootstrap:${id}`, groups }, audiences: [] });
    },
  };
}

/** Undefined where the Secret does not let this token in. */
function groupsOf(secret: Secret, id: string, secretPart: string, now: number): string[] | undefined {
  const { metadata, type, data = {} } = secret;
  const read = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  if (metadata.deletionTimestamp !== undefined || type !== TYPE) return undefined;
  if (!isSame(read('token-secret'), secretPart) || read('token-id') !== id) return undefined;
  const expiration = read('expiration');
  if (expiration !== '' && !(Date.parse(expiration) > now)) return undefined;
  if (read('usage-bootstrap-authentication') !== 'true') return undefined;
  const extra = read('auth-extra-groups');
  const groups = extra === '' ? [] : extra.split(',');
  return groups.every((group) => EXTRA_GROUP.test(group)) ? [GROUP, ...new Set(groups)].sort() : undefined;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return a !== '' && timingSafeEqual(digest(a), digest(b));
}
