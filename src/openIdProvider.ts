import path from 'node:path';
import type { Clock } from './base/clock.ts';
import { openIdTokens } from './apiserver/auth/authenticators/openId.ts';
import type { TokenAuthenticator } from './apiserver/auth/authenticators/bearerToken.ts';
import { ClusterError } from './cluster/errors.ts';
import type { OpenIdProfile } from './cluster/profile.ts';
import { readText } from './host/files.ts';
import { HttpsPool } from './host/httpsPool.ts';

const TIMEOUT_MS = 10_000;

/** The identity provider of a cluster. Rejects with a ClusterError for settings that cannot be used. */
export async function openIdProvider(
  { caFile, ...settings }: OpenIdProfile,
  folder: string,
  clock: Clock,
): Promise<{ readonly tokens: TokenAuthenticator; dispose(): void }> {
  if (!URL.canParse(settings.issuerURL) || new URL(settings.issuerURL).protocol !== 'https:') {
    throw new ClusterError(
      `the identity provider ${settings.issuerURL} cannot be used`,
      'Write `oidc.issuerURL` in cluster.json as https://host/path.',
    );
  }
  const ca = caFile === undefined ? undefined : await readText(path.resolve(folder, caFile));
  if (caFile !== undefined && ca === undefined) {
    throw new ClusterError(`${caFile} is missing`, 'Mend `oidc.caFile` in cluster.json, or leave it out.');
  }
  const pool = new HttpsPool(ca === undefined ? {} : { ca });
  const fetchJson = (url: string): Promise<unknown> => getJson(pool, url, clock);
  return { tokens: openIdTokens({ ...settings, fetchJson, clock }), dispose: () => pool.dispose() };
}

async function getJson(pool: HttpsPool, url: string, clock: Clock): Promise<unknown> {
  const { hostname, port, pathname, search } = new URL(url);
  const call = new AbortController();
  const timer = clock.timeout(TIMEOUT_MS, () => call.abort(new Error(`${url} does not answer`)));
  try {
    const { code, body } = await pool.request({
      method: 'GET',
      host: hostname,
      port: port === '' ? 443 : Number(port),
      path: pathname + search,
      headers: { accept: 'application/json' },
      signal: call.signal,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    if (code !== 200) throw new Error(`${url} answers ${code}`);
    return JSON.parse(Buffer.concat(chunks).toString());
  } finally {
    timer.dispose();
  }
}
