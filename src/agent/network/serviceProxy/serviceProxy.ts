import { DisposableStore } from '../../../base/disposable.ts';
import type { Logger } from '../../../base/logger.ts';
import { keyOf, parseKey } from '../../../api/meta.ts';
import { endpointSlices, services } from '../../../api/resources.ts';
import type { EndpointSlice, Service } from '../../../api/types.ts';
import type { InformerFactory } from '../../../client/informers.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { ClusterSettings } from '../../../protocol/agentLink.ts';
import type { NftTable } from '../nftables/table.ts';
import { endFlows, staleFlows } from './conntrack.ts';
import { HealthCheckServers, healthCheckOf } from './healthChecks.ts';
import { servicePiece } from './servicePiece.ts';
import { type ServicePort, servicePortsOf } from './servicePort.ts';

export interface ServiceProxyOptions {
  readonly nodeName: string;
  readonly informers: InformerFactory;
  readonly cluster: ClusterSettings;
  readonly table: NftTable;
  readonly run: ProcessRunner;
  readonly logger: Logger;
}

export interface ServiceProxy {
  run(signal: AbortSignal): Promise<void>;
}

const BY_SERVICE = 'serviceProxy/service';
const SERVICE_NAME = 'kubernetes.io/service-name';

/**
 * Services on this node: turns Services and EndpointSlices into pieces of the table, service by service as they
 * change. Changes that come in one turn make one transaction.
 */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { nodeName, cluster, table, run, logger } = options;
  const serviceInformer = options.informers.for(services);
  const sliceInformer = options.informers.for(endpointSlices);
  sliceInformer.addIndex(BY_SERVICE, (slice) => {
    const key = serviceKeyOf(slice);
    return key === undefined ? [] : [key];
  });
  const hold = table.hold();
  const healthChecks = new HealthCheckServers(logger);
  /** What is in the table, by service and port name. */
  const served = new Map<string, ReadonlyMap<string, ServicePort>>();

  /** The service, where it is this proxy's business. */
  function serviceOf(key: string): Service | undefined {
    const { namespace, name } = parseKey(key);
    const service = serviceInformer.get(namespace, name);
    if (service?.metadata.labels?.['service.kubernetes.io/service-proxy-name'] !== undefined)
      return undefined;
    // The cluster's DNS is answered on this very node.
    return service?.spec.clusterIP === cluster.dnsAddress ? undefined : service;
  }

  /** Returns the stale flows to end once the table is settled. */
  function update(key: string): readonly string[][] {
    const before = served.get(key) ?? new Map<string, ServicePort>();
    const service = serviceOf(key);
    const ports =
      service === undefined ? [] : servicePortsOf(service, sliceInformer.byIndex(BY_SERVICE, key), nodeName);
    const after = new Map(ports.map((port) => [port.name, port]));
    healthChecks.set(key, service === undefined ? undefined : healthCheckOf(service, ports));
    if (after.size === 0) served.delete(key);
    else served.set(key, after);
    const flows: string[][] = [];
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const old = before.get(name);
      const next = after.get(name);
      if (JSON.stringify(old) === JSON.stringify(next)) continue;
      table.set(name, next === undefined ? undefined : servicePiece(next, cluster.clusterCIDR));
      flows.push(...staleFlows(old, next));
    }
    return flows;
  }

  return {
    async run(signal) {
      await Promise.all([serviceInformer.whenSynced(signal), sliceInformer.whenSynced(signal)]).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      const stopped = aborted(signal);
      const dirty = new Set<string>();
      // Flows are ended one batch after the other; rules never wait for that.
      let cleaning: Promise<void> = Promise.resolve();
      const work = (): void => {
        const flows = [...dirty].flatMap((key) => update(key));
        dirty.clear();
        hold.dispose();
        if (flows.length === 0) return;
        cleaning = cleaning.then(async () => {
          await Promise.race([table.settled(), stopped]);
          await endFlows(run, logger, flows, signal);
        });
      };
      const mark = (key: string | undefined): void => {
        if (key === undefined) return;
        if (dirty.size === 0) queueMicrotask(work);
        dirty.add(key);
      };
      const subscriptions = new DisposableStore();
      const service = (object: { metadata: { namespace: string; name: string } }): void =>
        mark(keyOf(object.metadata));
      const slice = (object: EndpointSlice): void => mark(serviceKeyOf(object));
      subscriptions.add(serviceInformer.addHandler({ onAdd: service, onUpdate: service, onDelete: service }));
      subscriptions.add(sliceInformer.addHandler({ onAdd: slice, onUpdate: slice, onDelete: slice }));
      // A cluster without services is complete, too.
      if (dirty.size === 0) hold.dispose();
      await stopped;
      subscriptions.dispose();
      await Promise.all([cleaning, healthChecks.close()]);
    },
  };
}

function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME];
  return name === undefined ? undefined : keyOf({ namespace: slice.metadata.namespace, name });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
