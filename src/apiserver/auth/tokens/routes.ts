import { Buffer } from 'node:buffer';
import type { Route } from '../../verbs/nonResource.ts';
import type { ServiceAccountTokens } from '../serviceAccountTokens.ts';
import { JWKS_CONTENT_TYPE, JWKS_PATH, OPENID_CONFIGURATION_PATH } from './discovery.ts';

/** `pkg/routes/openidmetadata.go`: readers may keep the documents for an hour. */
const CACHE_CONTROL = 'public, max-age=3600';

/** What others check the cluster's tokens with. `serverUrl`: where they reach this API server, without a slash at the end. */
export function openIdRoutes(tokens: ServiceAccountTokens, serverUrl: string): readonly Route[] {
  const document = (path: string, contentType: string, make: () => Promise<object> | object): Route => ({
    path,
    handle: async () => ({
      type: 'raw',
      code: 200,
      headers: { 'content-type': contentType, 'cache-control': CACHE_CONTROL },
      body: Buffer.from(JSON.stringify(await make())),
    }),
  });
  return [
    document(OPENID_CONFIGURATION_PATH, 'application/json', () => tokens.openIdConfiguration(serverUrl)),
    document(JWKS_PATH, JWKS_CONTENT_TYPE, () => tokens.keySet()),
  ];
}
