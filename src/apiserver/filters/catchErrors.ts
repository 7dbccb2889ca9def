import type { Logger } from '../../base/logger.ts';
import { StatusError, serviceUnavailable, toStatusError } from '../../api/status.ts';
import { StorageUnavailableError } from '../../storage/contract.ts';
import type { Filter } from '../exchange.ts';

/** Outermost: whatever fails becomes a Status, and what should not have failed is logged. */
export function catchErrors(logger: Logger): Filter {
  return async (exchange, next) => {
    try {
      return await next(exchange);
    } catch (thrown) {
      const error =
        thrown instanceof StorageUnavailableError
          ? serviceUnavailable(thrown.message)
          : toStatusError(thrown);
      if (!(thrown instanceof StatusError) && !exchange.request.signal.aborted) {
        logger.error('request failed', {
          verb: exchange.request.info.verb,
          path: exchange.request.info.path,
          error: thrown,
          stack: thrown instanceof Error ? thrown.stack : undefined,
        });
      }
      return { type: 'object', code: error.code, object: error.status };
    }
  };
}
