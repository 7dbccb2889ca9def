import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { parseKey, keyOf } from '../api/meta.ts';
import { services } from '../api/resources.ts';
import type { Service } from '../api/types.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../client/controller.ts';

/** A local TCP port that is being listened on. */
export interface LocalListener {
  readonly port: number;
  close(): Promise<void>;
}

export interface ServiceControllerOptions {
  /** Listens on the desktop's loopback; rejects where the port is taken. 0 for any. */
  readonly listen: (port: number, onConnection: (socket: Duplex) => void) => Promise<LocalListener>;
  /** A TCP connection to an address of the cluster, made by one of its nodes. */
  readonly dial: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
}

interface Balancer {
  /** What it was made for: cluster IP and ports. */
  readonly wanted: string;
  readonly listeners: readonly { readonly servicePort: number; readonly listener: LocalListener }[];
  readonly abort: AbortController;
}

/**
 * Services of type LoadBalancer (cloud-provider `controllers/service`), with the desktop as the cloud: each TCP port
 * answers on 127.0.0.1, at the service's own port where it is free, else at any other. Connections go through a
 * node's link to the cluster IP, so no route to the nodes is needed.
 */
export function serviceController(options: ServiceControllerOptions): ControllerFactory {
  return (context) => new LoadBalancers(options, context);
}

class LoadBalancers implements Controller {
  readonly name = 'service';
  readonly workers = 2;
  readonly #options: ServiceControllerOptions;
  readonly #context: ControllerContext;
  readonly #balancers = new Map<string, Balancer>();

  constructor(options: ServiceControllerOptions, context: ControllerContext) {
    this.#options = options;
    this.#context = context;
    const enqueue = (service: Service): void => context.enqueue(keyOf(service.metadata));
    context.informers.for(services).addHandler({ onAdd: enqueue, onUpdate: enqueue, onDelete: enqueue });
  }

  async reconcile(key: string): Promise<undefined> {
    const { namespace, name } = parseKey(key);
    const service = this.#context.informers.for(services).get(namespace, name);
    const wanted = service === undefined ? undefined : describe(service);
    const balancer = this.#balancers.get(key);
    if (balancer !== undefined && balancer.wanted !== wanted) await this.#close(key, balancer);
    if (service === undefined) return undefined;
    if (wanted === undefined) {
      if ((service.status?.loadBalancer?.ingress ?? []).length > 0) await this.#publish(service, []);
      return undefined;
    }
    const current = this.#balancers.get(key) ?? (await this.#open(key, service, wanted));
    await this.#publish(service, current.listeners);
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#balancers].map(([key, balancer]) => this.#close(key, balancer)));
  }

  async #open(key: string, service: Service, wanted: string): Promise<Balancer> {
    const abort = new AbortController();
    const listeners: { servicePort: number; listener: LocalListener }[] = [];
    const host = service.spec.clusterIP ?? '';
    const before = service.status?.loadBalancer?.ingress?.[0]?.ports ?? [];
    for (const { port, protocol } of service.spec.ports ?? []) {
      if ((protocol ?? 'TCP') !== 'TCP') continue;
      const last = before[listeners.length]?.port;
      const onConnection = (socket: Duplex): void => void this.#relay(socket, host, port, abort.signal);
      listeners.push({ servicePort: port, listener: await this.#listen(service, port, last, onConnection) });
    }
    const balancer: Balancer = { wanted, listeners, abort };
    this.#balancers.set(key, balancer);
    this.#context.events.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    return balancer;
  }

  /** At the service's own port, else where it was the last time, else anywhere. */
  async #listen(
    service: Service,
    port: number,
    last: number | undefined,
    onConnection: (socket: Duplex) => void,
  ): Promise<LocalListener> {
    const { listen } = this.#options;
    try {
      return await listen(port, onConnection);
    } catch (error) {
      const instead = await listen(last ?? 0, onConnection).catch(() => listen(0, onConnection));
      const why = error instanceof Error ? error.message : String(error);
      this.#context.events.event(
        service,
        'Warning',
        'LocalPortTaken',
        `Port ${port} of this desktop cannot be used (${why}): the service answers on 127.0.0.1:${instead.port}`,
      );
      return instead;
    }
  }

  async #relay(socket: Duplex, host: string, port: number, signal: AbortSignal): Promise<void> {
    socket.on('error', () => undefined);
    try {
      const tunnel = await this.#options.dial(host, port, signal);
      await Promise.allSettled([pipeline(socket, tunnel, { signal }), pipeline(tunnel, socket, { signal })]);
    } catch (error) {
      this.#context.logger.debug('load balancer connection failed', { host, port, error });
    } finally {
      socket.destroy();
    }
  }

  async #publish(service: Service, listeners: Balancer['listeners']): Promise<void> {
    const ports = listeners.map(({ listener }) => ({ port: listener.port, protocol: 'TCP' }));
    const ingress = ports.length === 0 ? [] : [{ hostname: 'localhost', ports }];
    if (JSON.stringify(service.status?.loadBalancer?.ingress ?? []) === JSON.stringify(ingress)) return;
    await this.#context.client.patch(
      services,
      service.metadata,
      'application/merge-patch+json',
      { status: { loadBalancer: ingress.length === 0 ? null : { ingress } } },
      { subresource: 'status' },
    );
  }

  async #close(key: string, balancer: Balancer): Promise<void> {
    this.#balancers.delete(key);
    balancer.abort.abort();
    await Promise.all(balancer.listeners.map(({ listener }) => listener.close()));
  }
}

/** What the balancer of a service depends on; undefined where it is to have none. */
function describe(service: Service): string | undefined {
  const { type, clusterIP, ports } = service.spec;
  if (type !== 'LoadBalancer' || clusterIP === undefined || clusterIP === '' || clusterIP === 'None')
    return undefined;
  if (service.metadata.deletionTimestamp !== undefined) return undefined;
  return JSON.stringify([clusterIP, (ports ?? []).map(({ port, protocol }) => [port, protocol])]);
}
