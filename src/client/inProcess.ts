import type {
  ApiRequest,
  ApiResponse,
  RequestHandler,
  RequestInfo,
  UserInfo,
  Verb,
  WatchEvent,
} from '../api/request.ts';
import { resolveRequestInfo, selectedName } from '../api/requestInfo.ts';
import { apiVersionOf, pathOf } from '../api/resource.ts';
import { serviceUnavailable, StatusError, type Status } from '../api/status.ts';
import { once, textOf } from './body.ts';
import { clientOver } from './client.ts';
import type { Client, RawResponse } from './contract.ts';
import type { ResourceCall, Transport } from './transport.ts';

export interface InProcessOptions {
  /** The writer's name for the server's audit and managed fields: the User-Agent header. */
  readonly userAgent?: string;
}

/**
 * The client of a part that lives with the API server: fills the server's own request record, so that nothing is
 * serialised and no URL is built; drafts are given away, and what comes back are the caches' frozen objects.
 */
export function inProcessClient(
  handler: RequestHandler,
  user: UserInfo,
  options: InProcessOptions = {},
): Client {
  return clientOver(inProcessTransport(handler, user, options));
}

function inProcessTransport(handler: RequestHandler, user: UserInfo, options: InProcessOptions): Transport {
  const headers = options.userAgent === undefined ? {} : { 'user-agent': options.userAgent };

  const ask = (request: Omit<ApiRequest, 'user'>): Promise<ApiResponse> => {
    request.signal.throwIfAborted();
    return handler.handle({ ...request, user });
  };
  const askResource = (call: ResourceCall): Promise<ApiResponse> =>
    ask({
      info: new ResourceInfo(call),
      query: call.query,
      headers,
      body: call.body === undefined ? { type: 'none' } : { type: 'object', ...call.body },
      signal: call.signal ?? new AbortController().signal,
      cause: call.cause,
    });

  return {
    async send(call) {
      const response = await askResource(call);
      if (response.type === 'list') return listOf(response);
      if (response.type === 'object') return succeeded(response);
      throw unexpected(call, response);
    },

    async *watch(call): AsyncGenerator<readonly WatchEvent[], void, undefined> {
      const response = await askResource(call);
      if (response.type === 'object') succeeded(response);
      if (response.type !== 'watch') throw unexpected(call, response);
      yield* response.events;
    },

    async raw(call) {
      const mark = call.path.indexOf('?');
      const path = mark < 0 ? call.path : call.path.slice(0, mark);
      const query = new URLSearchParams(mark < 0 ? '' : call.path.slice(mark + 1));
      const response = await ask({
        info: resolveRequestInfo(call.method, path, query),
        method: call.method,
        query,
        headers: { ...headers, ...lowerCased(call.headers) },
        body:
          call.body === undefined
            ? { type: 'none' }
            : {
                type: 'bytes',
                bytes: call.body,
                contentType: lowerCased(call.headers)['content-type'] ?? '',
              },
        signal: call.signal ?? new AbortController().signal,
        cause: call.cause,
      });
      return rawResponse(response);
    },
  };
}

/** The result that `resolveRequestInfo` would have for the call's URL. The path is only made if a caller needs it. */
class ResourceInfo implements RequestInfo {
  readonly isResourceRequest = true;
  readonly rest = '';
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly #call: ResourceCall;

  constructor(call: ResourceCall) {
    this.#call = call;
    this.verb = call.verb;
    this.group = call.resource.group;
    this.version = call.resource.version;
    this.namespace = call.resource.plural === 'namespaces' ? call.name : call.namespace;
    this.resource = call.resource.plural;
    this.subresource = call.subresource;
    this.name = call.verb === 'list' || call.verb === 'watch' ? selectedName(call.query) : call.name;
  }

  get path(): string {
    const { resource, namespace, name, subresource } = this.#call;
    return pathOf(resource, {
      namespace,
      ...(name === '' ? {} : { name }),
      ...(subresource === '' ? {} : { subresource }),
    });
  }
}

function listOf(response: Extract<ApiResponse, { type: 'list' }>): unknown {
  const { apiVersion, kind, metadata, items } = response;
  return { apiVersion, kind, metadata, items: items.map((entry) => entry.object) };
}

function succeeded(response: Extract<ApiResponse, { type: 'object' }>): unknown {
  if (response.code >= 400) throw StatusError.from(response.object as Status);
  return response.object;
}

function unexpected(call: ResourceCall, response: ApiResponse): StatusError {
  const what = `${call.verb} ${apiVersionOf(call.resource)} ${call.resource.plural}`;
  return serviceUnavailable(`the server answered ${what} with a response of type ${response.type}`);
}

function rawResponse(response: ApiResponse): RawResponse {
  switch (response.type) {
    case 'raw':
      return rawOf(response.code, response.headers, response.body);
    case 'object':
      return rawOf(
        response.code,
        { 'content-type': 'application/json' },
        response.bytes ?? JSON.stringify(response.object),
      );
    case 'list':
      return rawOf(200, { 'content-type': 'application/json' }, JSON.stringify(listOf(response)));
    case 'watch':
      return rawOf(200, { 'content-type': 'application/json' }, watchLines(response.events));
    case 'upgrade':
      throw serviceUnavailable('an in-process client cannot take over a connection; use the HTTPS client');
  }
}

async function* watchLines(events: AsyncIterable<readonly WatchEvent[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const batch of events) {
    for (const { type, object, line } of batch) {
      yield line ?? encoder.encode(`${JSON.stringify({ type, object })}\n`);
    }
  }
}

function rawOf(
  code: number,
  headers: Readonly<Record<string, string>>,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): RawResponse {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const chunks = body instanceof Uint8Array ? once(body) : body;
  return { code, headers, body: chunks, text: () => textOf(chunks) };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
