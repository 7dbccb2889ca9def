import { cachedObject, getObject } from '../registry/get.ts';
import { waitUntilFresh } from '../registry/freshness.ts';
import { revisionOption } from '../registry/listOptions.ts';
import { type Handler, objectResponse } from './handler.ts';

/**
 * GET of one object, or of a subresource that shows the whole object (status): the newest state, with a resourceVersion
 * one that is not older, with 0 any.
 */
export const get: Handler = async (options, exchange, target) => {
  const { registry } = options;
  const revision = revisionOption(exchange.request.query, 'GetOptions');
  if (revision === undefined) {
    return objectResponse(target.served, await getObject(registry, target, () => exchange.signal));
  }
  if (revision > 0) await waitUntilFresh(registry, revision, () => exchange.signal);
  return objectResponse(target.served, cachedObject(registry, target));
};
