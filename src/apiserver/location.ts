import { parseAddress } from '../api/ip/address.ts';
import { isGlobalUnicast } from '../api/ip/scope.ts';
import { badRequest, notFound, serviceUnavailable } from '../api/status.ts';
import type { EndpointSlice, Node, Pod, Service } from '../api/types.ts';
import type { Cache } from '../storage/cache.ts';
import { endpointSlices, nodes, services } from '../api/resources.ts';
import { keyOfObject, prefixOf } from './registry/keys.ts';

/** Where a proxied request goes: from which node, and to what. */
export interface Location {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** `[scheme:]name[:port]` (apimachinery `pkg/util/net` SplitSchemeNamePort). */
export interface ProxyName {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** @throws StatusError BadRequest */
export function parseProxyName(text: string): ProxyName {
  const parts = text.split(':');
  const [first = '', second = '', third = ''] = parts;
  const parsed =
    parts.length === 1
      ? { scheme: '', name: first, port: '' }
      : parts.length === 2
        ? { scheme: '', name: first, port: second }
        : { scheme: first, name: second, port: third };
  if (parts.length > 3 || parsed.name === '' || !['', 'http', 'https'].includes(parsed.scheme)) {
    throw badRequest(`invalid proxy name ${JSON.stringify(text)}`);
  }
  return parsed;
}

/** A pod at a number of a port, by default its first container's (core/pod `strategy.go` ResourceLocation). */
export function podLocation(pod: Pod, { scheme, port }: ProxyName): Location {
  const address = pod.status?.podIP ?? '';
  checkAddress(address);
  const first = pod.spec.containers.flatMap((container) => container.ports ?? [])[0]?.containerPort;
  return {
    node: pod.spec.nodeName ?? '',
    host: address,
    port: port === '' ? (first ?? (scheme === 'https' ? 443 : 80)) : portNumber(port),
    tls: scheme === 'https',
  };
}

/**
 * One of the ready endpoints behind a service's port, by which the API server itself reaches it.
 * @throws StatusError NotFound, ServiceUnavailable (kube-aggregator `pkg/apiserver/resolvers.go`)
 */
export function endpointOf(
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
  cache: Pick<Cache, 'get' | 'list'>,
  random: () => number,
): Location {
  const service = cache.get(keyOfObject(services, namespace, name))?.object as Service | undefined;
  if (service === undefined) throw notFound({ group: '', plural: 'service' }, name);
  if (service.spec.type === 'ExternalName') {
    throw serviceUnavailable(`unsupported service type "ExternalName"`);
  }
  return serviceLocation(service, { scheme: 'https', name, port: String(port) }, cache, random);
}

/** One of the ready endpoints of a service, at a port's name or number (core/service `storage.go` ResourceLocation). */
export function serviceLocation(
  service: Service,
  { scheme, port }: ProxyName,
  cache: Pick<Cache, 'list'>,
  random: () => number,
): Location {
  const { name, namespace } = service.metadata;
  const portName = portNameOf(service, port);
  const found = cache
    .list(prefixOf(endpointSlices, namespace))
    .map((entry) => entry.object as EndpointSlice)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => {
      const number = (slice.ports ?? []).find((each) => (each.name ?? '') === portName)?.port;
      if (number === undefined) return [];
      return (slice.endpoints ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
        .map((endpoint) => ({ endpoint, number }));
    });
  const chosen = found[Math.floor(random() * found.length)];
  const host = chosen?.endpoint.addresses[0];
  if (chosen === undefined || host === undefined) {
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  }
  checkAddress(host);
  return {
    node: chosen.endpoint.nodeName ?? anyNode(cache),
    host,
    port: chosen.number,
    tls: scheme === 'https',
  };
}

/**
 * An object must not lead to what only the node itself may reach, nor to a name that the node would look up.
 * @throws StatusError BadRequest (apimachinery `pkg/util/proxy` IsProxyableIP)
 */
function checkAddress(text: string): void {
  const address = parseAddress(text);
  if (address === undefined || !isGlobalUnicast(address)) throw badRequest('address not allowed');
}

function portNameOf(service: Service, port: string): string {
  const ports = service.spec.ports ?? [];
  if (port === '') {
    const [only] = ports;
    if (only !== undefined && ports.length === 1) return only.name ?? '';
    throw serviceUnavailable(`no service port "" found for service ${JSON.stringify(service.metadata.name)}`);
  }
  const found = ports.find((each) => each.name === port || String(each.port) === port);
  if (found !== undefined) return found.name ?? '';
  throw serviceUnavailable(
    `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(service.metadata.name)}`,
  );
}

/** Endpoints outside the cluster's pods are reached from whatever node is ready. */
function anyNode(cache: Pick<Cache, 'list'>): string {
  const ready = cache
    .list(prefixOf(nodes, ''))
    .map((entry) => entry.object as Node)
    .find((node) =>
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
  if (ready === undefined) throw serviceUnavailable('no node is ready to make the connection');
  return ready.metadata.name;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw badRequest(`invalid port ${JSON.stringify(text)}`);
  return port;
}
