import type { ApiResponse, Verb } from '../../api/request.ts';
import type { Exchange } from '../exchange.ts';
import type { Served, ServedTable } from '../registry/served.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { deleteCollection } from './deleteCollection.ts';
import { get } from './get.ts';
import type { Handler, HandlerOptions } from './handler.ts';
import { list } from './list.ts';
import { noSuchMethod, noSuchResource } from './notServed.ts';
import { patch } from './patch.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

const VERBS: Partial<Record<Verb, Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: deleteCollection,
};

const STATUS_VERBS: Partial<Record<Verb, Handler>> = { get, update, patch };

/** Finds the handler of a request about a resource. */
export function handleResource(
  options: HandlerOptions,
  table: ServedTable,
  exchange: Exchange,
): Promise<ApiResponse> {
  const { info } = exchange.request;
  const served = table.find(info.group, info.version, info.resource);
  if (served === undefined || isMisplaced(served, info)) throw noSuchResource();
  const namespace = served.resource.namespaced ? info.namespace : '';
  const handler = handlerOf(served, info.verb, info.subresource);
  return handler(options, exchange, { served, namespace, name: info.name, subresource: info.subresource });
}

function handlerOf(served: Served, verb: Verb, subresource: string): Handler {
  if (subresource === '') {
    const handler = served.verbs.has(verb) ? VERBS[verb] : undefined;
    if (handler === undefined) throw noSuchMethod();
    return handler;
  }
  if (subresource === 'status' && served.kind.status !== undefined) {
    const handler = STATUS_VERBS[verb];
    if (handler === undefined) throw noSuchMethod();
    return handler;
  }
  throw noSuchResource();
}

/** A cluster-scoped resource below a namespace, or a write of a namespaced one without. */
function isMisplaced(served: Served, info: { namespace: string; resource: string; verb: Verb }): boolean {
  if (!served.resource.namespaced) return info.namespace !== '' && info.resource !== 'namespaces';
  return info.namespace === '' && !['list', 'watch'].includes(info.verb);
}
