import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { systemClock } from './base/clock.ts';
import { createDeferred } from './base/deferred.ts';
import { Groups } from './base/groups.ts';
import type { Logger } from './base/logger.ts';
import { systemRandom } from './base/random.ts';
import { kinds } from './api/kinds/index.ts';
import type { UserInfo } from './api/request.ts';
import { serviceUnavailable } from './api/status.ts';
import { admissionPlugins } from './apiserver/admission/index.ts';
import { openAuditLog } from './auditLog.ts';
import { openIdProvider } from './openIdProvider.ts';
import { extendApi } from './apiExtensions.ts';
import { createAdmissionReader } from './apiserver/admission/reader.ts';
import { resourceQuota } from './apiserver/admission/resourceQuota/resourceQuota.ts';
import { createServiceAllocators } from './apiserver/allocators/serviceAllocators.ts';
import { createApiServer } from './apiserver/apiServer.ts';
import { createAccessControl } from './apiserver/auth/accessControl.ts';
import { bearerTokens, unionTokens } from './apiserver/auth/authenticators/bearerToken.ts';
import { bootstrapTokens } from './apiserver/auth/authenticators/bootstrapTokens.ts';
import { clientCertificates } from './apiserver/auth/authenticators/clientCertificate.ts';
import { bootstrapPolicyHook } from './apiserver/auth/policy/hook.ts';
import { escalationPlugin } from './apiserver/auth/rbac/escalationPlugin.ts';
import { createReviews } from './apiserver/auth/reviews/index.ts';
import { createServiceAccountTokens } from './apiserver/auth/serviceAccountTokens.ts';
import { catchUp } from './apiserver/registry/freshness.ts';
import { openIdRoutes } from './apiserver/auth/tokens/routes.ts';
import { extensionAuthentication } from './apiserver/bootstrap/extensionAuthentication.ts';
import { bootstrapHooks, objectsHook } from './apiserver/bootstrap/hooks.ts';
import type { KubernetesServiceOptions } from './apiserver/bootstrap/kubernetesService.ts';
import { EventExpiry } from './apiserver/eventExpiry.ts';
import { createHttpAdapter } from './apiserver/http/adapter.ts';
import { createYamlThread } from './apiserver/http/yamlBodies.ts';
import { loopback } from './apiserver/loopback.ts';
import type { HealthCheck } from './apiserver/observe/health.ts';
import { storedResources } from './apiserver/resources/stored.ts';
import { LiveResources } from './apiserver/resources/table.ts';
import { createEventRecorder } from './client/eventWriter.ts';
import { createInformerFactory } from './client/informerFactory.ts';
import type { Client } from './client/contract.ts';
import { inProcessClient } from './client/inProcess.ts';
import { serviceController } from './cloud/serviceController.ts';
import { writeKubeconfig } from './cluster/kubeconfig.ts';
import { clearOwner, writeOwner } from './cluster/owner.ts';
import { createOwnerEndpoints } from './cluster/ownerEndpoints.ts';
import type { ClusterPaths } from './cluster/paths.ts';
import { ensurePki, FRONT_PROXY } from './cluster/pki.ts';
import { readHostFiles } from './cluster/machines/hostEnvironment.ts';
import { nodeSettings } from './cluster/machines/nodeSettings.ts';
import { CLUSTER_DOMAIN, readProfile, serviceAddress, type ClusterProfile } from './cluster/profile.ts';
import { controllers } from './controllers/index.ts';
import { runControllers } from './controllers/manager.ts';
import { chargeQuota } from './controllers/resourcequota/charge.ts';
import { certifyKey, certifyRequest } from './host/certificates.ts';
import { startHttpsListener, type HttpsListener } from './host/httpsListener.ts';
import { listenTcp } from './host/tcp.ts';
import { watchFile } from './host/watchFile.ts';
import { agentBundle, createBootstrapService } from './nodes/bootstrapService.ts';
import { createNodeDialer, type HubDialer } from './nodes/dialer.ts';
import { createEnrolment } from './nodes/enrolment.ts';
import { createLocalVolumes } from './nodes/localVolumes.ts';
import { createNodeGateway } from './nodes/gateway.ts';
import { giveHostFiles } from './nodes/hostFiles.ts';
import { createNodeHub } from './nodes/hub.ts';
import { knownNodes } from './nodes/knownNodes.ts';
import { createEnrolmentTokens } from './nodes/tokens.ts';
import type { ClusterSettings, NodeSettings } from './protocol/agentLink.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { runSimulatedNodes } from './simulated/simulatedNodes.ts';
import { openSqliteStorage, startWatchCache } from './storage/index.ts';

/** Where the bundles are: beside this one, or in `dist` when the sources run as they are. */
const dist =
  path.basename(import.meta.dirname) === 'dist'
    ? import.meta.dirname
    : path.join(import.meta.dirname, '../dist');

export interface ControlPlaneOptions {
  readonly profile: ClusterProfile;
  readonly paths: ClusterPaths;
  readonly owner: 'editor' | 'process';
  /** Nodes that need no machine, besides those of the profile. */
  readonly simulatedNodes: number;
  readonly logger: Logger;
}

export interface ControlPlane {
  readonly server: string;
  stop(): Promise<void>;
  /** Resolves when it has stopped: with the failure that ended it, or with nothing where somebody asked for it. */
  readonly stopped: Promise<Error | undefined>;
}

/** How long a request waits for a node that is away: nodes dial in again within seconds of a start. */
const RECONNECT_MS = 8_000;

/** What acts for the control plane itself, as upstream's loopback client. */
const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
const SCHEDULER: UserInfo = { name: 'system:kube-scheduler', groups: ['system:authenticated'] };

/**
 * The composition root of the control plane: starts its parts in named groups and stops them in reverse. Resolves when
 * /readyz is ok. Rejects, with nothing left running, where the store is another process's or a port is taken.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const groups = new Groups(options.logger);
  try {
    return await start(options, groups);
  } catch (error) {
    await groups.stop();
    throw error;
  }
}

async function start(options: ControlPlaneOptions, groups: Groups): Promise<ControlPlane> {
  const { profile, paths, logger } = options;
  const clock = systemClock;
  const random = systemRandom;
  const stopped = createDeferred<Error | undefined>();

  const stop = async (failure?: Error): Promise<void> => {
    endpoints.stopping();
    await groups.stop();
    stopped.resolve(failure);
  };
  const endpoints = createOwnerEndpoints(() => void stop());
  const open: { listener?: HttpsListener } = {};
  // Closed last: the one who asked for the stop is told when everything else is down.
  groups.started('listener', async () => {
    endpoints.stopped();
    await open.listener?.close();
  });

  // Storage before anything else: its lock decides who owns the cluster.
  const damage = createDeferred<Error>();
  const storage = await openSqliteStorage({
    path: paths.store,
    clock,
    onDamage: (error) => damage.resolve(error),
  });
  groups.started('storage', () => storage.close());
  const cache = await startWatchCache(storage);
  groups.started('watch cache', () => cache.close());
  const pki = await ensurePki({
    folder: paths.pki,
    server: serverNames(profile),
    // A control plane makes its keys before it stores anything.
    isNew: cache.list('core/namespaces/').length === 0,
    now: clock.now(),
  });
  const server = `https://127.0.0.1:${profile.port}`;

  // Nodes' side of the control plane.
  const bundle = agentBundle(await readFile(path.join(dist, 'agent.mjs')));
  const hub = createNodeHub({
    clock,
    logger,
    agentDigest: bundle.digest,
    knows: (node) => tokens.knows(node),
  });
  groups.started('node hub', () => hub.dispose());
  const dialer = createNodeDialer(hub, { clock, ms: RECONNECT_MS });
  const hostFiles = giveHostFiles({ hub, dialer, logger, read: () => readHostFiles(paths) });
  const environment = watchFile(paths.environment, () => hostFiles.changed());
  groups.started('host files', () => {
    environment.dispose();
    hostFiles.dispose();
  });

  const audit =
    profile.audit === undefined
      ? undefined
      : await openAuditLog(profile.audit, paths.folder, { clock, logger });
  if (audit !== undefined) groups.started('audit log', () => audit.close());

  // API server.
  const allocators = createServiceAllocators({ cache, clock, random, serviceCidr: profile.serviceCIDR });
  groups.started('allocators', () => allocators.dispose());
  const reader = createAdmissionReader(cache, () =>
    catchUp({ cache, storage, clock }, () => new AbortController().signal),
  );
  const access = createAccessControl(cache);
  groups.started('access control', () => access.dispose());
  const issuer = `https://kubernetes.default.svc.${CLUSTER_DOMAIN}`;
  const accounts = createServiceAccountTokens({
    issuer,
    keyPem: pki.serviceAccountKey,
    reader,
    clock,
    random,
  });
  const failures = new Map<string, unknown>();
  const component = (name: string, part: string): HealthCheck => ({
    name,
    check: () => {
      if (failures.has(part)) throw failures.get(part);
    },
  });
  const provider =
    profile.oidc === undefined ? undefined : await openIdProvider(profile.oidc, paths.folder, clock);
  if (provider !== undefined) groups.started('identity provider', () => provider.dispose());
  const tokensOfUsers = unionTokens([
    accounts.tokens,
    bootstrapTokens(reader, clock),
    ...(provider === undefined ? [] : [provider.tokens]),
  ]);
  const resources = new LiveResources(kinds);
  const extensions = extendApi(groups, {
    cache,
    reader,
    resources,
    authorizer: access.authorizer,
    dialer,
    clientCertificate: pki.frontProxy.client,
    clock,
    random,
    logger,
  });
  const stored = storedResources(resources);
  const api = createApiServer({
    resources,
    storage,
    cache,
    admission: [
      ...admissionPlugins({ cache, reader, clock, random, allocators, authorizer: access.authorizer }),
      escalationPlugin(access.escalation),
      ...extensions.plugins,
      resourceQuota(reader, (quota, used) => chargeQuota(clientFor(LOOPBACK), quota, used)),
    ],
    authenticators: [
      knownNodes(clientCertificates(), (node) => tokens.knows(node)),
      bearerTokens(tokensOfUsers),
    ],
    authorizer: access.authorizer,
    nodes: dialer,
    reviews: createReviews(access.authorizer, tokensOfUsers),
    requestToken: (account, request) => accounts.request(account, request),
    components: [component('scheduler', 'scheduler'), component('controller-manager', 'controllers')],
    routes: openIdRoutes(accounts, server),
    aggregator: extensions.aggregator,
    ...(audit === undefined ? {} : { audit }),
    postStartHooks: [
      ...bootstrapHooks(LOOPBACK, kubernetesServiceOptions(profile)),
      objectsHook('start-cluster-authentication-info-controller', LOOPBACK, [
        extensionAuthentication({
          clientCa: pki.ca.cert,
          frontProxyCa: pki.frontProxy.ca,
          frontProxyName: FRONT_PROXY,
        }),
      ]),
      bootstrapPolicyHook(LOOPBACK, reader),
    ],
    clock,
    random,
    logger,
  });
  extensions.followDefinitions(loopback(api.handler, LOOPBACK));
  const expiry = new EventExpiry({ cache, storage, clock, logger });
  groups.started('event expiry', () => expiry.dispose());
  const clientFor = (user: UserInfo): Client => inProcessClient(api.handler, user);

  // The one port: the API, nodes, and what the desktop asks of the owner.
  const tokens = createEnrolmentTokens({ client: clientFor(LOOPBACK), clock, random });
  const gateway = createNodeGateway({
    hub,
    logger,
    bootstrap: createBootstrapService({
      bundle,
      tokens,
      clock,
      logger,
      settings: (node) => declaredSettings(paths, node),
    }),
    enrolment: createEnrolment({
      tokens,
      logger,
      cluster: clusterSettings(profile),
      certify: (publicKey, node) =>
        certifyKey(
          pki.ca,
          publicKey,
          { commonName: `system:node:${node}`, organizations: ['system:nodes'], usage: 'client' },
          clock.now(),
        ),
    }),
  });
  const yaml = createYamlThread(path.join(dist, 'yamlWorker.cjs'), clock);
  groups.started('YAML reader', () => yaml.stop());
  const adapter = createHttpAdapter(api.handler, { yaml });
  const listener = await startHttpsListener({
    addresses: [...new Set(['127.0.0.1', ...(profile.listenAddresses ?? profile.nodeAddresses)])],
    port: profile.port,
    tls: { ...pki.server, clientCa: pki.ca.cert },
    request: (request, response, peer) => {
      if (endpoints.request(request, response, peer) || gateway.request(request, response, peer)) return;
      adapter.request(request, response, peer);
    },
    upgrade: (...upgrade) => adapter.upgrade(...upgrade),
  });
  open.listener = listener;
  gateway.register(listener);

  await api.start(new AbortController().signal);
  await Promise.all([
    writeKubeconfig(paths.kubeconfig, { name: profile.name, server, ca: pki.ca.cert, admin: pki.admin }),
    writeOwner(paths, {
      pid: process.pid,
      kind: options.owner,
      since: new Date(clock.now()).toISOString(),
    }),
  ]);

  groups.started('owner', () => clearOwner(paths));

  extensions.followServers(clientFor(LOOPBACK));

  // Controllers and scheduler, each under its own identity.
  const fail = (part: string) => (error: unknown) => {
    failures.set(part, error);
    logger.error('a part of the control plane failed', { part, error });
  };
  const balancer = serviceController({
    listen: (port, onConnection) => listenTcp('127.0.0.1', port, onConnection),
    dial: (host, port, signal) => dialThroughAnyNode(hub.nodes(), dialer, host, port, signal),
  });
  groups.run(
    'controllers',
    (signal) =>
      runControllers(
        {
          controllers: [
            ...controllers({
              resources: stored,
              ca: pki.ca.cert,
              clusterCIDR: profile.clusterCIDR,
              localVolumes: createLocalVolumes(dialer),
              signRequest: (request, terms) => certifyRequest(pki.ca, request, terms),
              makeToken: (account, secret) => accounts.issueForSecret(account, secret),
            }),
            { name: 'service', account: 'service-controller', create: balancer },
          ],
          resources: stored,
          clientFor,
          clock,
          logger,
        },
        signal,
      ),
    fail('controllers'),
  );
  groups.run('scheduler', (signal) => runScheduler(clientFor(SCHEDULER), logger, signal), fail('scheduler'));

  groups.run(
    'simulated nodes',
    (signal) =>
      runSimulatedNodes(
        {
          clientFor,
          shared: clientFor(LOOPBACK),
          cluster: clusterSettings(profile),
          hub,
          count: options.simulatedNodes,
          folder: paths.machines,
          logger,
        },
        signal,
      ),
    fail('simulated nodes'),
  );

  // A store that is damaged is not served from. Of a large one that is found while it is.
  void damage.promise.then((error) => {
    logger.error('the store is damaged', { error });
    void stop(error);
  });
  endpoints.ready();
  // For the next start, where the bundle keeps its compiled code: a window may be killed before it ends.
  setImmediate(flushCompileCache);
  return { server, stop: () => stop(), stopped: stopped.promise };
}

async function runScheduler(client: Client, logger: Logger, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  const informers = createInformerFactory({ client, clock, logger });
  const events = createEventRecorder({ client, clock, logger, component: 'default-scheduler' });
  const scheduler = createScheduler({ client, informers, events, clock, random: systemRandom, logger });
  informers.start(signal);
  await scheduler.run(signal);
  await informers.stopped();
  await events.flushed();
}

/** Where pods reach the API server: where nodes do. Without machines it is loopback, and the service has no endpoints. */
function kubernetesServiceOptions(profile: ClusterProfile): KubernetesServiceOptions {
  const address = profile.nodeAddresses.find((candidate) => !candidate.startsWith('127.')) ?? '127.0.0.1';
  const { serviceCIDR, port } = profile;
  return { clusterIP: serviceAddress(serviceCIDR, 1), serviceCIDR, address, port };
}

/** A connection into the cluster needs some node that is linked; which one does not matter. */
async function dialThroughAnyNode(
  nodes: readonly string[],
  dialer: HubDialer,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const [node] = nodes;
  if (node === undefined) throw serviceUnavailable('no node is connected');
  return dialer.connect(node, host, port, signal);
}

/** From the profile as it is now: nodes come and their labels change while the control plane runs. */
async function declaredSettings(paths: ClusterPaths, name: string): Promise<NodeSettings | undefined> {
  const profile = await readProfile(paths.profile);
  const node = profile?.nodes.find((candidate) => candidate.name === name);
  return profile === undefined || node === undefined ? undefined : nodeSettings(profile, node);
}

function clusterSettings(profile: ClusterProfile): ClusterSettings {
  const { name, clusterCIDR, serviceCIDR, podNetwork } = profile;
  return {
    clusterName: name,
    clusterDomain: CLUSTER_DOMAIN,
    clusterCIDR,
    serviceCIDR,
    dnsAddress: serviceAddress(serviceCIDR, 10),
    ...(podNetwork === undefined ? {} : { podNetwork }),
  };
}

/** Under which names the API server is reached: from the desktop, from nodes, from pods. */
function serverNames(profile: ClusterProfile): {
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
} {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return {
    dnsNames: ['localhost', ...service, `kubernetes.default.svc.${CLUSTER_DOMAIN}`],
    ipAddresses: ['127.0.0.1', serviceAddress(profile.serviceCIDR, 1), ...profile.nodeAddresses],
  };
}
