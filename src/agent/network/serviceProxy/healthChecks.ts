import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Logger } from '../../../base/logger.ts';
import { parseKey } from '../../../api/meta.ts';
import type { Service } from '../../../api/types.ts';
import type { ServicePort } from './servicePort.ts';

/** What a load balancer may ask about a service on this node. */
export interface HealthCheck {
  readonly port: number;
  /** How many pods of the service are here. */
  readonly localEndpoints: number;
}

/** The check of a service whose external traffic stays on the node; undefined for others. */
export function healthCheckOf(service: Service, ports: readonly ServicePort[]): HealthCheck | undefined {
  const { type, externalTrafficPolicy, healthCheckNodePort = 0 } = service.spec;
  if (type !== 'LoadBalancer' || externalTrafficPolicy !== 'Local' || healthCheckNodePort === 0)
    return undefined;
  const addresses = new Set(ports.flatMap(({ localTargets }) => localTargets.map(({ ip }) => ip)));
  return { port: healthCheckNodePort, localEndpoints: addresses.size };
}

/**
 * Answers on healthCheckNodePorts: 200 where the service has pods on this node, else 503, so that load balancers send
 * no traffic to nodes that would drop it (kube-proxy `healthcheck/service_health.go`).
 */
export class HealthCheckServers {
  readonly #logger: Logger;
  readonly #address: string | undefined;
  readonly #servers = new Map<string, { readonly port: number; readonly server: Server }>();
  readonly #checks = new Map<string, HealthCheck>();
  readonly #closing = new Set<Promise<unknown>>();

  /** Without an address it listens on all. */
  constructor(logger: Logger, address?: string) {
    this.#logger = logger;
    this.#address = address;
  }

  /** `service` is `namespace/name`; undefined takes the check away. */
  set(service: string, check: HealthCheck | undefined): void {
    if (check === undefined) this.#checks.delete(service);
    else this.#checks.set(service, check);
    const running = this.#servers.get(service);
    if (running?.port === check?.port) return;
    if (running !== undefined) this.#close(service, running.server);
    if (check !== undefined) this.#open(service, check.port);
  }

  async close(): Promise<void> {
    for (const [service, { server }] of [...this.#servers]) this.#close(service, server);
    await Promise.all(this.#closing);
  }

  #open(service: string, port: number): void {
    const { namespace, name } = parseKey(service);
    const server = createServer((_request, response) => {
      const localEndpoints = this.#checks.get(service)?.localEndpoints ?? 0;
      response.writeHead(localEndpoints > 0 ? 200 : 503, {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(localEndpoints),
      });
      response.end(
        JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }),
      );
    });
    server.on('error', (error) =>
      this.#logger.error("a service's health check port cannot be had", { service, port, error }),
    );
    server.listen(port, this.#address);
    this.#servers.set(service, { port, server });
  }

  #close(service: string, server: Server): void {
    this.#servers.delete(service);
    if (!server.listening) {
      // It could not have the port, or is about to have it.
      server.once('listening', () => server.close());
      return;
    }
    const done = once(server, 'close').finally(() => this.#closing.delete(done));
    this.#closing.add(done);
    server.close();
    server.closeAllConnections();
  }
}
