import type { Filter } from '../exchange.ts';

/**
 * Reads the body of a request that came over HTTP, once it is known who sends it and that he may: until then it costs
 * the server nothing. Ahead of the bound on requests in flight, whose places slow senders must not hold.
 */
export const receiveBody: Filter = (exchange, next) => {
  const arriving = exchange.request.receive?.(exchange.user);
  return arriving === undefined ? next(exchange) : arriving.then(() => next(exchange));
};
