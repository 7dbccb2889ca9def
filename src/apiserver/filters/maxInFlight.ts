import { tooManyRequests } from '../../api/status.ts';
import type { Filter } from '../exchange.ts';
import { isLongRunning } from './longRunning.ts';

/** As upstream's `--max-requests-inflight` and `--max-mutating-requests-inflight`. */
const MAX_READS = 400;
const MAX_WRITES = 200;
const READS = new Set(['get', 'list', 'watch']);

/**
 * Holds back a flood from outside: beyond the bounds the answer is 429 at once. Callers in process are the control
 * plane itself, which bounds its own work and must get through.
 */
export function maxInFlight(limits: { reads?: number; writes?: number } = {}): Filter {
  const { reads: maxReads = MAX_READS, writes: maxWrites = MAX_WRITES } = limits;
  let reads = 0;
  let writes = 0;
  return async (exchange, next) => {
    const { info, user } = exchange.request;
    if (user !== undefined || isLongRunning(info)) return next(exchange);
    const reading = READS.has(info.verb);
    if (reading ? reads >= maxReads : writes >= maxWrites) {
      throw tooManyRequests('too many requests, please try again later', 1);
    }
    if (reading) reads += 1;
    else writes += 1;
    try {
      return await next(exchange);
    } finally {
      if (reading) reads -= 1;
      else writes -= 1;
    }
  };
}
