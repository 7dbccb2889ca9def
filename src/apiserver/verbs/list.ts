import { listObjects } from '../registry/list.ts';
import { limitedTo, parseListQuery } from '../registry/listOptions.ts';
import type { Handler } from './handler.ts';

export const list: Handler = (options, exchange, { served, namespace, name }) =>
  listObjects(
    options.registry,
    served,
    namespace,
    limitedTo(name, parseListQuery(exchange.request.query, false)),
    () => exchange.signal,
  );
