import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { ApiResponse, RequestHandler } from '../api/request.ts';
import { groupResourceOf } from '../api/resource.ts';
import type { Cache } from '../storage/cache.ts';
import type { Storage } from '../storage/contract.ts';
import { createAdmissionChain } from './admission/chain.ts';
import type { AdmissionPlugin } from './admission/contract.ts';
import type { Aggregator } from './aggregation/aggregator.ts';
import { auditFilters } from './audit/filters.ts';
import type { AuditOptions } from './audit/record.ts';
import type { Authenticator, Authorizer } from './auth/contract.ts';
import { discoveryRoutes } from './discovery/routes.ts';
import { chainOf, type Exchange, type Filter, NewExchange } from './exchange.ts';
import { anonymous, authentication } from './filters/authentication.ts';
import { authorization } from './filters/authorization.ts';
import { catchErrors } from './filters/catchErrors.ts';
import { deadline } from './filters/deadline.ts';
import { impersonation } from './filters/impersonation.ts';
import { maxInFlight } from './filters/maxInFlight.ts';
import { metrics } from './filters/metrics.ts';
import { receiveBody } from './filters/receiveBody.ts';
import { warnings } from './filters/warnings.ts';
import { acceptable, encoded } from './negotiation/filter.ts';
import { nonResourceHandler, type Route } from './verbs/nonResource.ts';
import type { HandlerOptions, Review } from './verbs/handler.ts';
import { handleResource } from './verbs/resource.ts';
import type { NodeDialer } from './nodeDialer.ts';
import type { HealthCheck } from './observe/health.ts';
import { HookRun, type PostStartHook } from './postStartHooks.ts';
import { apiVersion } from './observe/version.ts';
import { openApiRoutes } from './openapi/routes.ts';
import { RequestMetrics } from './observe/requestMetrics.ts';
import { observeRoutes } from './observe/routes.ts';
import { prefixOf } from './registry/keys.ts';
import type { RegistryOptions } from './registry/context.ts';
import { storedResources } from './resources/stored.ts';
import type { ResourceTable } from './resources/table.ts';
import { tableFilter } from './tables/filter.ts';

export interface ApiServerOptions {
  readonly resources: ResourceTable;
  readonly storage: Storage;
  readonly cache: Cache;
  readonly admission: readonly AdmissionPlugin[];
  readonly authenticators: readonly Authenticator[];
  readonly authorizer: Authorizer;
  readonly nodes: NodeDialer;
  /** By plural: tokenreviews, subjectaccessreviews, … */
  readonly reviews: Readonly<Record<string, Review>>;
  readonly requestToken: HandlerOptions['requestToken'];
  /** Parts of the control plane besides the store, for componentstatuses. Default: none. */
  readonly components?: readonly HealthCheck[];
  /** Run one after the other by `start`. */
  readonly postStartHooks: readonly PostStartHook[];
  /** Besides the server's own documents: keys of the token issuer and the like. */
  readonly routes?: readonly Route[];
  /** Besides the server's own, for `/readyz`. */
  readonly readyChecks?: readonly HealthCheck[];
  /** What other servers serve. Default: nothing. */
  readonly aggregator?: Aggregator;
  /** Where requests are written down, and which. Default: nowhere. */
  readonly audit?: Pick<AuditOptions, 'policy' | 'sink'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ApiServer {
  /** The front door, open from the beginning: what starts with the server uses it as everybody does. */
  readonly handler: RequestHandler;
  /** Runs the hooks; `/readyz` is ok from then on. Rejects where one fails. */
  start(signal: AbortSignal): Promise<void>;
}

/**
 * The API server over a store and its cache. A request passes the filters from the outside in; what comes back
 * passes them the other way:
 *
 *   encoded          JSON, YAML or protobuf
 *   metrics          counts and measures
 *   catchErrors      a failure becomes a Status
 *   (audit)          is told of what the policy names, here and behind the next two and the body
 *   authentication   who asks
 *   impersonation    as whom
 *   authorization    may they
 *   deadline         not longer than a minute, unless it is a stream
 *   receiveBody      only now is it read
 *   maxInFlight      a flood from outside is held back
 *   warnings         what was warned of goes into the answer
 *   acceptable       what the client takes, or nothing
 *   tables           the form that the client asks for
 *   dispatch         the verb's handler, a subresource's, a document's, or another server's
 */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { resources, storage, cache, aggregator, clock, random, logger } = options;
  const stored = storedResources(resources);
  const registry: RegistryOptions = {
    storage,
    cache,
    admission: createAdmissionChain(options.admission),
    clock,
    random,
  };
  const handlerOptions: HandlerOptions = {
    registry,
    resources,
    authorizer: options.authorizer,
    nodes: options.nodes,
    reviews: options.reviews,
    components: [...(options.components ?? []), { ...storageCheck(storage), name: 'etcd-0' }],
    requestToken: (account, request) => options.requestToken(account, request),
  };
  const requestMetrics = new RequestMetrics();
  const hooks = new HookRun(options.postStartHooks);
  const documents = nonResourceHandler([
    ...observeRoutes({
      live: [{ name: 'ping', check: () => undefined }, ...hooks.checks],
      ready: [storageCheck(storage), ...(options.readyChecks ?? [])],
      metrics: requestMetrics,
      storage,
      countObjects: () =>
        Object.fromEntries(
          stored.all.map((one) => [groupResourceOf(one), cache.list(prefixOf(one, '')).length]),
        ),
    }),
    ...discoveryRoutes(resources, aggregator),
    ...openApiRoutes({
      resources,
      version: apiVersion.gitVersion,
      ...(aggregator === undefined ? {} : { others: () => aggregator.openApiPaths() }),
    }),
    ...(options.routes ?? []),
  ]);
  const audit =
    options.audit === undefined ? undefined : auditFilters({ ...options.audit, clock, random }, resources);
  const filters: readonly Filter[] = [
    encoded(resources),
    metrics(requestMetrics, () => performance.now()),
    catchErrors(logger),
    ...(audit === undefined ? [] : [audit.record]),
    authentication(options.authenticators),
    ...(audit === undefined ? [] : [audit.identified]),
    impersonation(options.authorizer),
    ...(audit === undefined ? [] : [audit.impersonated]),
    authorization(options.authorizer),
    deadline(clock),
    receiveBody,
    ...(audit === undefined ? [] : [audit.sent]),
    maxInFlight(),
    warnings,
    acceptable(resources),
    tableFilter({ resources, clock }),
  ];
  const own = (exchange: Exchange): Promise<ApiResponse> =>
    exchange.request.info.isResourceRequest ? handleResource(handlerOptions, exchange) : documents(exchange);
  const run = chainOf(filters, (exchange) => aggregator?.take(exchange) ?? own(exchange));
  const handler: RequestHandler = {
    handle: (request) => run(new NewExchange(request, anonymous)),
  };
  return {
    handler,
    async start(signal) {
      await hooks.run(handler, signal);
      logger.info('API server is ready', { revision: cache.revision() });
    },
  };
}

/** Fails once the store takes no more requests. */
function storageCheck(storage: Storage): HealthCheck {
  return {
    name: 'storage',
    async check() {
      await storage.get('');
    },
  };
}
