import type { Draft } from '../../../api/meta.ts';
import type { ServiceAccount, TokenRequest } from '../../../api/types.ts';
import { creationOf } from '../admit.ts';
import type { Handler } from '../handler.ts';
import { writeContext } from '../writeOptions.ts';
import { getObject } from '../../registry/get.ts';
import { bodyTypeOf, subresourceBody } from './body.ts';

/**
 * POST serviceaccounts/token: a token for the account, bound as asked (core/serviceaccount `storage/token.go`). Nothing
 * is stored, but admission is asked as for any create: it is what keeps a node to tokens of its own pods.
 */
export const createToken: Handler = async (options, exchange, target) => {
  const context = writeContext(exchange, 'CreateOptions');
  const account = (await getObject(options.registry, target, () => exchange.signal)).object as ServiceAccount;
  const request = subresourceBody<Draft<TokenRequest>>(exchange, bodyTypeOf(target));
  (request as { spec?: Partial<Draft<TokenRequest>['spec']> }).spec ??= {};
  const { admission } = options.registry;
  const creation = creationOf(context, target, request);
  await admission.mutate(creation);
  await admission.validate(creation);
  const object = await options.requestToken(account, request);
  return { type: 'object', code: 201, object };
};
