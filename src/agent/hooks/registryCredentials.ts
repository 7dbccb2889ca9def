import type { Secret } from '../../api/types.ts';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

interface AuthEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
}

/** The credentials of a pull secret (dockerconfigjson or the older dockercfg) for an image's registry. */
export function credentialsFor(secret: Secret, reference: string): readonly RegistryCredentials[] {
  const registry = registryOf(reference);
  return Object.entries(authsOf(secret)).flatMap(([key, entry]) => {
    const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
    const names = host === 'index.docker.io' ? [host, 'docker.io'] : [host];
    const credentials = names.includes(registry) ? credentialsOf(entry) : undefined;
    return credentials === undefined ? [] : [credentials];
  });
}

function registryOf(reference: string): string {
  const [first = '', second] = reference.split('/');
  const isHost = second !== undefined && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : 'docker.io';
}

function authsOf(secret: Secret): Readonly<Record<string, AuthEntry>> {
  const modern = secret.data?.['.dockerconfigjson'];
  const old = secret.data?.['.dockercfg'];
  try {
    if (modern !== undefined) return (decode(modern) as { auths?: Record<string, AuthEntry> }).auths ?? {};
    if (old !== undefined) return decode(old) as Record<string, AuthEntry>;
  } catch {
    // A secret that holds no JSON holds no credentials; the registry's refusal tells the user.
  }
  return {};
}

const decode = (base64: string): unknown => JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));

function credentialsOf(entry: AuthEntry): RegistryCredentials | undefined {
  if (entry.username !== undefined && entry.password !== undefined) {
    return { username: entry.username, password: entry.password };
  }
  if (entry.auth === undefined) return undefined;
  const text = Buffer.from(entry.auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
