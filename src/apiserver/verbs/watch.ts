import { limitedTo, parseListQuery } from '../registry/listOptions.ts';
import { watchObjects } from '../registry/watch.ts';
import type { Handler } from './handler.ts';

/** Where the client sets no timeout, watches end between this and twice this (`--min-request-timeout`), spread at random. */
const MIN_TIMEOUT_SECONDS = 1_800;

export const watch: Handler = async (options, exchange, { served, namespace, name }) => {
  const { registry } = options;
  const query = limitedTo(name, parseListQuery(exchange.request.query, true));
  const wanted = query.timeoutSeconds ?? 0;
  const seconds = wanted > 0 ? wanted : MIN_TIMEOUT_SECONDS * (1 + registry.random.number());
  const events = await watchObjects(registry, served, namespace, query, {
    signal: exchange.signal,
    timeoutMs: seconds * 1000,
  });
  return { type: 'watch', events };
};
