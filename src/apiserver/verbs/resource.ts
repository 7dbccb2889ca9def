import type { ApiResponse, RequestInfo } from '../../api/request.ts';
import type { Exchange } from '../exchange.ts';
import type { Served } from '../resources/served.ts';
import { catchUp } from '../registry/freshness.ts';
import { partOf } from '../registry/strategy.ts';
import { scale, subresources, type VerbHandlers } from './subresources/index.ts';
import { getComponent, listComponents } from './components.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { deleteCollection } from './deleteCollection.ts';
import { get } from './get.ts';
import type { Handler, HandlerOptions } from './handler.ts';
import { list } from './list.ts';
import { noSuchMethod, noSuchResource } from './notServed.ts';
import { patch } from './patch.ts';
import { review } from './review.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

const VERBS: VerbHandlers = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: deleteCollection,
};

/** The verbs of resources that are computed and not stored: reviews and ComponentStatus. */
const ANSWERED: VerbHandlers = { create: review, get: getComponent, list: listComponents };

/** The verbs of the status, and of parts of the spec that are written on their own. */
const PART_VERBS: VerbHandlers = { get, update, patch };

/** Finds the handler of a request about a resource. Throws where there is none. */
export function handleResource(options: HandlerOptions, exchange: Exchange): Promise<ApiResponse> {
  const served = servedAt(options, exchange);
  return served === undefined ? handleUnknown(options, exchange) : handle(options, exchange, served);
}

function servedAt({ resources }: HandlerOptions, { request }: Exchange): Served | undefined {
  const { group, version, resource } = request.info;
  return resources.snapshot.find(group, version, resource);
}

/** Another server may have heard of a custom resource a moment before this one. */
async function handleUnknown(options: HandlerOptions, exchange: Exchange): Promise<ApiResponse> {
  if (exchange.request.info.group.includes('.')) await catchUp(options.registry, () => exchange.signal);
  const served = servedAt(options, exchange);
  if (served === undefined) throw noSuchResource();
  return handle(options, exchange, served);
}

function handle(options: HandlerOptions, exchange: Exchange, served: Served): Promise<ApiResponse> {
  const { info } = exchange.request;
  checkScope(served, info);
  // The prefix `/watch/` makes a watch of any method, and has GET alone.
  if (info.verb === 'watch' && exchange.request.method !== undefined && !isRead(exchange.request.method)) {
    throw noSuchMethod();
  }
  const handler = handlerOf(served, info);
  const { deprecation } = served.kind;
  if (deprecation !== undefined) exchange.warnings.push(deprecation);
  return handler(options, exchange, {
    served,
    namespace: served.resource.namespaced ? info.namespace : '',
    name: info.name,
    subresource: info.subresource,
  });
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

function handlerOf(served: Served, { verb, name, subresource }: RequestInfo): Handler {
  if (subresource === '') {
    const handler = (served.kind.stored === false ? ANSWERED : VERBS)[verb];
    if (handler === undefined || !served.verbs.has(verb)) throw noSuchMethod();
    // As upstream's routes: collections take POST, single objects PUT and PATCH.
    if (verb === 'create' ? name !== '' : name === '' && (verb === 'update' || verb === 'patch')) {
      throw noSuchMethod();
    }
    return handler;
  }
  const handlers = subresourceOf(served, subresource);
  if (handlers === undefined) throw noSuchResource();
  const handler = handlers[verb];
  if (handler === undefined) throw noSuchMethod();
  return handler;
}

function subresourceOf({ kind }: Served, name: string): VerbHandlers | undefined {
  if (name === 'status') return kind.status === undefined ? undefined : PART_VERBS;
  if (partOf(kind, name) !== undefined) return PART_VERBS;
  if (name === 'scale') return kind.scale === undefined ? undefined : scale;
  return kind.resource.group === '' ? subresources[`${kind.resource.plural}/${name}`] : undefined;
}

/** No cluster-scoped resource below a namespace, and of a namespaced one only collections without. */
function checkScope(served: Served, info: RequestInfo): void {
  const { namespaced } = served.resource;
  if (!namespaced && info.namespace !== '' && info.resource !== 'namespaces') throw noSuchResource();
  if (!namespaced || info.namespace !== '' || info.verb === 'list' || info.verb === 'watch') return;
  throw info.name === '' ? noSuchMethod() : noSuchResource();
}
