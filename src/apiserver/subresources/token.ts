import type { Draft } from '../../api/meta.ts';
import { notFound } from '../../api/status.ts';
import type { ServiceAccount, TokenRequest } from '../../api/types.ts';
import type { Handler } from '../handlers/handler.ts';
import { keyOfObject } from '../registry/keys.ts';
import { subresourceBody } from './body.ts';

/** POST serviceaccounts/token: a token for the account, bound as asked (core/serviceaccount `storage/token.go`). */
export const createToken: Handler = async (options, exchange, { served, namespace, name }) => {
  const entry = options.registry.cache.get(keyOfObject(served.kind.resource, namespace, name));
  if (entry === undefined) throw notFound(served.resource, name);
  const request = subresourceBody<Draft<TokenRequest>>(exchange, {
    kind: 'TokenRequest',
    model: 'AuthenticationV1TokenRequest',
  });
  (request as { metadata?: Draft['metadata'] }).metadata ??= {};
  const object = await options.requestToken(entry.object as ServiceAccount, request);
  return { type: 'object', code: 201, object };
};
