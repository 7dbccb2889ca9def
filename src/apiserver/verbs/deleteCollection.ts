import { isNotFound } from '../../api/status.ts';
import { deleteObject } from '../registry/delete.ts';
import { listObjects } from '../registry/list.ts';
import { parseListQuery } from '../registry/listOptions.ts';
import { deleteOptions, isDryRun } from './deleteOptions.ts';
import type { Handler } from './handler.ts';
import { writeContext } from './writeOptions.ts';

/** Deletes under way at a time: enough to share commits, few enough that other writers are not held up. */
const AT_ONCE = 64;

/** DELETE of what a list with the same selectors shows. Answers with the list; who has gone meanwhile is no failure. */
export const deleteCollection: Handler = async (handlers, exchange, { served, namespace }) => {
  const { registry } = handlers;
  const options = deleteOptions(exchange);
  const context = { ...writeContext(exchange, 'DeleteOptions'), dryRun: isDryRun(options, exchange) };
  const query = parseListQuery(exchange.request.query, false);
  const list = await listObjects(registry, served, namespace, query, () => exchange.signal);
  for (let from = 0; from < list.items.length; from += AT_ONCE) {
    exchange.signal.throwIfAborted();
    await Promise.all(
      list.items.slice(from, from + AT_ONCE).map(async ({ object }) => {
        const at = { served, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
        try {
          await deleteObject(registry, context, at, options);
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      }),
    );
  }
  return list;
};
