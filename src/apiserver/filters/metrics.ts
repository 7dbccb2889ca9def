import type { ApiResponse, WatchEvent } from '../../api/request.ts';
import type { Filter } from '../exchange.ts';
import type { RequestMetrics } from '../observe/requestMetrics.ts';

/** Counts requests and measures them, watches for as long as they run. `now` in ms, of any origin. */
export function metrics(registry: RequestMetrics, now: () => number): Filter {
  return async (exchange, next) => {
    const { info } = exchange.request;
    const begun = now();
    const response = await next(exchange);
    registry.observe(info, response, (now() - begun) / 1000);
    return response.type === 'watch' ? counted(response, registry.begin(info)) : response;
  };
}

function counted(response: Extract<ApiResponse, { type: 'watch' }>, end: () => void): ApiResponse {
  return { ...response, events: eventsUntil(response.events, end) };
}

async function* eventsUntil(
  events: AsyncIterable<readonly WatchEvent[]>,
  end: () => void,
): AsyncGenerator<readonly WatchEvent[], void, undefined> {
  try {
    yield* events;
  } finally {
    end();
  }
}
