import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiResponse, RequestHandler, UserInfo } from '../api/request.ts';
import type { Cache } from '../storage/cache.ts';
import type { Storage } from '../storage/contract.ts';
import { createAdmissionChain } from './admission/chain.ts';
import type { AdmissionPlugin } from './admission/contract.ts';
import { chainOf, type Exchange } from './exchange.ts';
import { catchErrors } from './filters/catchErrors.ts';
import { handleResource, noSuchResource } from './handlers/resource.ts';
import type { RegistryOptions } from './registry/context.ts';
import { createServedTable } from './registry/served.ts';

export interface ApiServerOptions {
  readonly kinds: readonly Kind[];
  readonly storage: Storage;
  readonly cache: Cache;
  readonly admission: readonly AdmissionPlugin[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ApiServer {
  readonly handler: RequestHandler;
}

const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export function createApiServer(options: ApiServerOptions): ApiServer {
  const table = createServedTable(options.kinds);
  const registry: RegistryOptions = {
    storage: options.storage,
    cache: options.cache,
    admission: createAdmissionChain(options.admission),
    clock: options.clock,
    random: options.random,
  };
  const dispatch = (exchange: Exchange): Promise<ApiResponse> => {
    if (!exchange.request.info.isResourceRequest) throw noSuchResource();
    return handleResource({ registry }, table, exchange);
  };
  const run = chainOf([catchErrors(options.logger)], dispatch);
  return {
    handler: {
      handle: (request) =>
        run({ request, user: request.user ?? ANONYMOUS, signal: request.signal, warnings: [] }),
    },
  };
}
