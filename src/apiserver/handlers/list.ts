import { listObjects } from '../registry/list.ts';
import { parseListQuery } from '../registry/listOptions.ts';
import type { Handler } from './handler.ts';

export const list: Handler = (options, exchange, { served, namespace }) =>
  listObjects(
    options.registry,
    served,
    namespace,
    parseListQuery(exchange.request.query, false),
    exchange.signal,
  );
