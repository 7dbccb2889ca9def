import { notFound } from '../../api/status.ts';
import { waitUntilFresh } from '../registry/freshness.ts';
import { keyOfObject } from '../registry/keys.ts';
import { revisionOption } from '../registry/listOptions.ts';
import { type Handler, objectResponse } from './handler.ts';

/** GET of one object, or of a subresource that shows the whole object (status). */
export const get: Handler = async (options, exchange, { served, namespace, name }) => {
  const revision = revisionOption(exchange.request.query, 'GetOptions') ?? 0;
  if (revision > 0) await waitUntilFresh(options.registry, revision, exchange.signal);
  const entry = options.registry.cache.get(keyOfObject(served.kind.resource, namespace, name));
  if (entry === undefined) throw notFound(served.resource, name);
  return objectResponse(served, entry);
};
