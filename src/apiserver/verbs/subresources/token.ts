import type { Draft } from '../../../api/meta.ts';
import { notFound } from '../../../api/status.ts';
import type { ServiceAccount, TokenRequest } from '../../../api/types.ts';
import { creationOf } from '../admit.ts';
import type { Handler } from '../handler.ts';
import { writeContext } from '../writeOptions.ts';
import { keyOfObject } from '../../registry/keys.ts';
import { bodyTypeOf, subresourceBody } from './body.ts';

/**
 * POST serviceaccounts/token: a token for the account, bound as asked (core/serviceaccount `storage/token.go`). Nothing
 * is stored, but admission is asked as for any create: it is what keeps a node to tokens of its own pods.
 */
export const createToken: Handler = async (options, exchange, target) => {
  const { served, namespace, name } = target;
  const context = writeContext(exchange, 'CreateOptions');
  const entry = options.registry.cache.get(keyOfObject(served.kind.resource, namespace, name));
  if (entry === undefined) throw notFound(served.resource, name);
  const request = subresourceBody<Draft<TokenRequest>>(exchange, bodyTypeOf(target));
  (request as { spec?: Partial<Draft<TokenRequest>['spec']> }).spec ??= {};
  const { admission } = options.registry;
  const creation = creationOf(context, target, request);
  await admission.mutate(creation);
  await admission.validate(creation);
  const object = await options.requestToken(entry.object as ServiceAccount, request);
  return { type: 'object', code: 201, object };
};
