import { type Clock, systemClock } from '../../src/base/clock.ts';
import { createLogger, type Logger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Kind } from '../../src/api/kind.ts';
import { kinds as allKinds } from '../../src/api/kinds/index.ts';
import type { ApiRequest, ApiResponse, RequestHandler, UserInfo } from '../../src/api/request.ts';
import { resolveRequestInfo } from '../../src/api/requestInfo.ts';
import { serviceUnavailable } from '../../src/api/status.ts';
import type { AdmissionPlugin } from '../../src/apiserver/admission/contract.ts';
import type { Authenticator, Authorizer } from '../../src/apiserver/auth/contract.ts';
import type { PostStartHook } from '../../src/apiserver/postStartHooks.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../../src/apiserver/apiServer.ts';
import {
  CustomResources,
  type CustomResourcesOptions,
} from '../../src/apiserver/customResources/customResources.ts';
import { loopback } from '../../src/apiserver/loopback.ts';
import type { NodeDialer } from '../../src/apiserver/nodeDialer.ts';
import { LiveResources } from '../../src/apiserver/resources/table.ts';
import type { HealthCheck } from '../../src/apiserver/observe/health.ts';
import type { Cache } from '../../src/storage/cache.ts';
import type { Storage } from '../../src/storage/contract.ts';
import {
  type Followed,
  openSqliteStorage,
  startWatchCache,
  type WatchCacheOptions,
} from '../../src/storage/index.ts';

export const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

const allowAll: Authorizer = {
  authorize: () => ({ allowed: true, reason: '' }),
  rulesFor: () => [],
};

const unconnected = (node: string): Promise<never> =>
  Promise.reject(serviceUnavailable(`node ${JSON.stringify(node)} is not connected`));

const noNodes: NodeDialer = { request: unconnected, upgrade: unconnected, connect: unconnected };

export interface TestServerOptions {
  /** Default: all kinds that the project serves. */
  readonly kinds?: readonly Kind[];
  /** Default: none, so that objects need no namespace to exist and nothing is added to them. */
  readonly admission?:
    | readonly AdmissionPlugin[]
    | ((cache: Cache, storage: Storage, resources: LiveResources) => readonly AdmissionPlugin[]);
  /** Default: everything is allowed. */
  readonly authorizer?: Authorizer;
  readonly authenticators?: readonly Authenticator[];
  readonly postStartHooks?: readonly PostStartHook[];
  readonly readyChecks?: readonly HealthCheck[];
  readonly components?: readonly HealthCheck[];
  readonly nodes?: NodeDialer;
  readonly reviews?: ApiServerOptions['reviews'];
  readonly requestToken?: ApiServerOptions['requestToken'];
  readonly audit?: ApiServerOptions['audit'];
  readonly aggregator?: (cache: Cache, resources: LiveResources) => ApiServerOptions['aggregator'];
  /** What converts custom objects. Default: nothing. */
  readonly webhooks?: CustomResourcesOptions['webhooks'];
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly cache?: WatchCacheOptions;
  /** What the cache follows in place of the store. Default: the store itself. */
  readonly followed?: (storage: Storage) => Followed;
  /** A store of the caller's, which other servers may use too. Default: one of its own. */
  readonly storage?: Storage;
  /** Default: in memory. */
  readonly storagePath?: string;
  /** Beyond it the store fails as on a full disk. */
  readonly storageMaxBytes?: number;
}

export interface TestServer {
  /** What it serves; kinds may be added and removed. */
  readonly resources: LiveResources;
  readonly server: ApiServer;
  readonly handler: RequestHandler;
  readonly storage: Storage;
  readonly cache: Cache;
  /** A request by method and URL as the admin; a body that is no string is sent as an object in process. */
  ask(
    method: string,
    url: string,
    body?: unknown,
    options?: { headers?: Record<string, string>; user?: UserInfo; signal?: AbortSignal },
  ): Promise<ApiResponse>;
  /** The same, for one object or a Status: its code and body. */
  call<T = Record<string, unknown>>(
    method: string,
    url: string,
    body?: unknown,
    options?: { headers?: Record<string, string>; user?: UserInfo },
  ): Promise<{ code: number; body: T }>;
  stop(): Promise<void>;
}

/** A whole API server on a store in memory. Stop it in the test that started it, or in its `after`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const {
    clock = systemClock,
    logger = createLogger((line) => process.stderr.write(`${line}\n`), { level: 'warn' }),
  } = options;
  const storage =
    options.storage ??
    (await openSqliteStorage({
      path: options.storagePath ?? ':memory:',
      clock,
      ...(options.storageMaxBytes === undefined ? {} : { maxBytes: options.storageMaxBytes }),
    }));
  const cache = await startWatchCache(options.followed?.(storage) ?? storage, options.cache);
  const resources = new LiveResources(options.kinds ?? allKinds);
  const aggregator = options.aggregator?.(cache, resources);
  const server = createApiServer({
    resources,
    storage,
    cache,
    admission:
      typeof options.admission === 'function'
        ? options.admission(cache, storage, resources)
        : (options.admission ?? []),
    authenticators: options.authenticators ?? [],
    authorizer: options.authorizer ?? allowAll,
    postStartHooks: options.postStartHooks ?? [],
    readyChecks: options.readyChecks ?? [],
    components: options.components ?? [],
    nodes: options.nodes ?? noNodes,
    reviews: options.reviews ?? {},
    requestToken:
      options.requestToken ?? (() => Promise.reject(serviceUnavailable('no tokens in this test'))),
    ...(options.audit === undefined ? {} : { audit: options.audit }),
    ...(aggregator === undefined ? {} : { aggregator }),
    clock,
    random: systemRandom,
    logger,
  });
  const { handler } = server;
  const custom = new CustomResources({
    cache,
    resources,
    request: loopback(handler, admin),
    webhooks: options.webhooks ?? {
      post: () => Promise.reject(serviceUnavailable('no webhooks in this test')),
    },
    clock,
    random: systemRandom,
    logger,
  });
  await server.start(new AbortController().signal);
  const ask: TestServer['ask'] = (method, url, body, { headers = {}, user = admin, signal } = {}) =>
    handler.handle(requestOf(method, url, body, headers, user, signal));
  return {
    resources,
    server,
    handler,
    storage,
    cache,
    ask,
    async call<T>(
      method: string,
      url: string,
      body?: unknown,
      extra?: { headers?: Record<string, string>; user?: UserInfo },
    ) {
      const response = await ask(method, url, body, extra);
      if (response.type === 'object') return { code: response.code, body: response.object as T };
      if (response.type !== 'list') throw new Error(`${method} ${url} answered with a ${response.type}`);
      const { items, type: _, ...list } = response;
      return { code: 200, body: { ...list, items: items.map((entry) => entry.object) } as T };
    },
    async stop() {
      custom.dispose();
      await cache.close();
      if (options.storage === undefined) await storage.close();
    },
  };
}

function requestOf(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string>,
  user: UserInfo,
  signal = new AbortController().signal,
): ApiRequest {
  const [path = '', search] = url.split('?');
  const query = new URLSearchParams(search);
  const contentType = headers['content-type'] ?? 'application/json';
  return {
    info: resolveRequestInfo(method, path, query),
    method,
    query,
    headers,
    body:
      body === undefined
        ? { type: 'none' }
        : typeof body === 'string' || body instanceof Uint8Array
          ? { type: 'bytes', bytes: Buffer.from(body), contentType }
          : { type: 'object', object: body, contentType },
    user,
    signal,
  };
}
