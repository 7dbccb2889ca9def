import type { Clock } from '../../base/clock.ts';
import { badRequest, StatusError } from '../../api/status.ts';
import type { Filter } from '../exchange.ts';
import { isLongRunning } from './longRunning.ts';

/** As upstream's `--request-timeout`. */
const LIMIT_MS = 60_000;

/**
 * Ends a request that takes longer than it may: the server's limit, or the `timeout` that the client sets below it.
 * Requests that last as long as the client wants have none, nor have the control plane's own parts.
 */
export function deadline(clock: Clock): Filter {
  return (exchange, next) => {
    const { info, query, user } = exchange.request;
    if (user !== undefined || isLongRunning(info)) return next(exchange);
    const wanted = query.get('timeout');
    const limitMs = wanted === null ? LIMIT_MS : Math.min(durationMs(wanted), LIMIT_MS);
    return within(clock, limitMs, next(exchange));
  };
}

/** What is under way is not stopped: it only answers nobody any more. That costs ordinary requests one timer. */
function within<T>(clock: Clock, limitMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.timeout(limitMs, () => reject(timedOut(limitMs)));
    const done = (outcome: T | Promise<T>): void => {
      timer.dispose();
      resolve(outcome);
    };
    answer.then(done, () => done(answer));
  });
}

function timedOut(limitMs: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: request did not complete within the allotted timeout of ${limitMs / 1000}s`,
    { details: {} },
  );
}

/** Go's durations as far as clients use them here: `30s`, `1m30s`, `500ms`. */
function durationMs(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw badRequest(`invalid timeout specified in the request URL: ${JSON.stringify(text)}`);
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    ms += Number(amount) * (units[unit ?? ''] ?? 0);
  }
  return ms === 0 ? LIMIT_MS : ms;
}
