import type { Clock } from '../../base/clock.ts';
import { textOption } from '../../api/queryOptions.ts';
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
    const wanted = textOption(query, 'timeout');
    const limitMs = wanted === '' ? LIMIT_MS : Math.min(durationMs(wanted), LIMIT_MS);
    exchange.deadline = clock.monotonic() + limitMs;
    return within(clock, limitMs, next(exchange));
  };
}

/** Work that has begun is not stopped: only nobody gets its answer. Ordinary requests therefore need only one timer. */
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

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const AMOUNT = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = new RegExp(`^[-+]?(?:0|(?:${AMOUNT.source})+)$`);

/** Go's durations: `30s`, `1m30s`, `500ms`, `1.5h`. */
function durationMs(text: string): number {
  if (!DURATION.test(text)) {
    throw badRequest(
      `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text)}`,
    );
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(AMOUNT)) ms += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  // A time of zero or below means the server's own limit.
  return ms === 0 || text.startsWith('-') ? LIMIT_MS : ms;
}
