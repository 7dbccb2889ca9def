import type { KubeObject, ObjectName } from '../api/meta.ts';
import type { Verb, WatchEvent } from '../api/request.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { StatusError, type Status } from '../api/status.ts';
import type {
  CallOptions,
  Client,
  DeleteCallOptions,
  ListCallOptions,
  NewObject,
  ObjectEvent,
  WriteOptions,
} from './contract.ts';
import type { ResourceCall, Transport } from './transport.ts';

const JSON_TYPE = 'application/json';
const APPLY_TYPE = 'application/apply-patch+yaml';

/** The Client contract over a transport: what each method means as verb, query and body. */
export function clientOver(transport: Transport): Client {
  const send = <T>(call: ResourceCall): Promise<T> => transport.send(call) as Promise<T>;

  return {
    get(resource, name, options = {}) {
      const query = new URLSearchParams();
      setText(query, 'resourceVersion', options.resourceVersion);
      return send(callOn('get', resource, name, options.subresource, query, options));
    },

    list(resource, options = {}) {
      return send(callOn('list', resource, inNamespace(options), '', listQuery(options), options));
    },

    watch(resource, options) {
      const query = listQuery(options);
      query.set('watch', 'true');
      if (options.allowBookmarks === true) query.set('allowWatchBookmarks', 'true');
      setText(query, 'timeoutSeconds', options.timeoutSeconds?.toString());
      return objectEvents(
        transport.watch(callOn('watch', resource, inNamespace(options), '', query, options)),
      );
    },

    create(resource, draft, options = {}) {
      const name = options.subresource === undefined ? '' : (draft.metadata.name ?? '');
      const at = { namespace: draft.metadata.namespace, name };
      return send({
        ...callOn('create', resource, at, options.subresource, writeQuery(options), options),
        body: objectBody(resource, draft),
      });
    },

    update(resource, draft, options = {}) {
      const at = { namespace: draft.metadata.namespace, name: draft.metadata.name ?? '' };
      return send({
        ...callOn('update', resource, at, options.subresource, writeQuery(options), options),
        body: objectBody(resource, draft),
      });
    },

    patch(resource, name, type, patch, options = {}) {
      return send({
        ...callOn('patch', resource, name, options.subresource, writeQuery(options), options),
        body: { object: patch, contentType: type },
      });
    },

    apply(resource, draft, options) {
      const query = writeQuery(options);
      if (options.force === true) query.set('force', 'true');
      const at = { namespace: draft.metadata.namespace, name: draft.metadata.name ?? '' };
      return send({
        ...callOn('patch', resource, at, options.subresource, query, options),
        body: { ...objectBody(resource, draft), contentType: APPLY_TYPE },
      });
    },

    delete<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options: DeleteCallOptions = {}) {
      const call = callOn('delete', resource, name, '', new URLSearchParams(), options);
      return send<T | Status>({ ...call, ...deleteBody(options) });
    },

    async deleteCollection(resource, options) {
      const call = callOn(
        'deletecollection',
        resource,
        inNamespace(options),
        '',
        listQuery(options),
        options,
      );
      await send({ ...call, ...deleteBody(options) });
    },

    createSubresource(resource, name, subresource, body, options = {}) {
      return send({
        ...callOn('create', resource, name, subresource, writeQuery(options), options),
        body: { object: body, contentType: JSON_TYPE },
      });
    },

    raw(method, path, options = {}) {
      return transport.raw({
        method: method.toUpperCase(),
        path,
        body: options.body,
        headers: options.headers ?? {},
        signal: options.signal,
        cause: options.cause,
      });
    },
  };
}

function callOn(
  verb: Verb,
  resource: Resource,
  at: ObjectName,
  subresource: string | undefined,
  query: URLSearchParams,
  options: CallOptions,
): ResourceCall {
  return {
    verb,
    resource,
    namespace: resource.namespaced ? (at.namespace ?? '') : '',
    name: at.name,
    subresource: subresource ?? '',
    query,
    signal: options.signal,
    cause: options.cause,
  };
}

const inNamespace = (options: ListCallOptions): ObjectName => ({ namespace: options.namespace, name: '' });

function setText(query: URLSearchParams, key: string, value: string | undefined): void {
  if (value !== undefined && value !== '') query.set(key, value);
}

function listQuery(options: ListCallOptions): URLSearchParams {
  const query = new URLSearchParams();
  setText(query, 'labelSelector', options.labelSelector);
  setText(query, 'fieldSelector', options.fieldSelector);
  setText(query, 'limit', options.limit?.toString());
  setText(query, 'continue', options.continue);
  setText(query, 'resourceVersion', options.resourceVersion);
  return query;
}

function writeQuery(options: WriteOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.dryRun === true) query.set('dryRun', 'All');
  setText(query, 'fieldManager', options.fieldManager);
  return query;
}

function objectBody<T extends KubeObject>(
  resource: Resource<T>,
  draft: NewObject<T>,
): { object: unknown; contentType: string } {
  draft.apiVersion ??= apiVersionOf(resource);
  draft.kind ??= resource.kind;
  return { object: draft, contentType: JSON_TYPE };
}

function deleteBody(options: DeleteCallOptions): Pick<ResourceCall, 'body'> {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  const chosen = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions: { ...preconditions } }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  };
  if (Object.keys(chosen).length === 0) return {};
  return { body: { object: { kind: 'DeleteOptions', apiVersion: 'v1', ...chosen }, contentType: JSON_TYPE } };
}

async function* objectEvents<T extends KubeObject>(
  batches: AsyncIterable<readonly WatchEvent[]>,
): AsyncGenerator<readonly ObjectEvent<T>[], void, undefined> {
  for await (const batch of batches) {
    if (batch.every(carriesObject)) {
      yield batch as readonly ObjectEvent<T>[];
      continue;
    }
    const events: ObjectEvent<T>[] = [];
    for (const event of batch) {
      if (event.type === 'ERROR') {
        if (events.length > 0) yield events;
        throw StatusError.from(event.object as Status);
      }
      if (event.type === 'BOOKMARK') {
        events.push({
          type: 'BOOKMARK',
          resourceVersion: (event.object as KubeObject).metadata.resourceVersion,
        });
      } else events.push({ type: event.type, object: event.object as T });
    }
    yield events;
  }
}

const carriesObject = (event: WatchEvent): boolean => event.type !== 'BOOKMARK' && event.type !== 'ERROR';
