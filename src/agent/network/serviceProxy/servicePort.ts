import { isIPv4 } from '../../../api/ip/address.ts';
import { parseRange } from '../../../api/ip/range.ts';
import type { EndpointSlice, Service, ServicePort as ApiPort } from '../../../api/types.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** Where connections go in the end. */
export interface Target {
  readonly ip: string;
  readonly port: number;
}

/** One port of a service as this node must serve it. */
export interface ServicePort {
  /** `namespace/name/protocol/port name`: unique and stable. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort: number | undefined;
  /** externalIPs and the load balancer's addresses, on `port`. */
  readonly externalAddresses: readonly string[];
  /** Those of the external addresses that only these sources may use. */
  readonly restricted:
    { readonly addresses: readonly string[]; readonly sources: readonly string[] } | undefined;
  /** Clients keep their target this long after their last connection; undefined for no affinity. */
  readonly affinitySeconds: number | undefined;
  /** Everywhere in the cluster. */
  readonly targets: readonly Target[];
  /** On this node. */
  readonly localTargets: readonly Target[];
  /** internalTrafficPolicy and externalTrafficPolicy Local: only localTargets answer. */
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };
const DEFAULT_AFFINITY_SECONDS = 10_800;

/**
 * A service's ports from its EndpointSlices (kube-proxy `serviceport.go`, `topology.go`). Nothing for headless and
 * ExternalName services and for those without an IPv4 address.
 */
export function servicePortsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  nodeName: string,
): readonly ServicePort[] {
  const { spec } = service;
  const clusterIP = (spec.clusterIPs ?? [spec.clusterIP ?? '']).find(isIPv4);
  if (spec.type === 'ExternalName' || clusterIP === undefined) return [];
  const ingress = (service.status?.loadBalancer?.ingress ?? [])
    .filter(({ ipMode = 'VIP' }) => ipMode === 'VIP')
    .map(({ ip = '' }) => ip)
    .filter(isIPv4);
  const sources = (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isIPv4Range);
  return (spec.ports ?? []).flatMap((port) => {
    const protocol = PROTOCOLS[port.protocol ?? 'TCP'];
    if (protocol === undefined) return [];
    return [
      {
        name: `${service.metadata.namespace}/${service.metadata.name}/${protocol}/${port.name ?? ''}`,
        protocol,
        clusterIP,
        port: port.port,
        nodePort: port.nodePort === undefined || port.nodePort === 0 ? undefined : port.nodePort,
        externalAddresses: [...new Set([...(spec.externalIPs ?? []).filter(isIPv4), ...ingress])],
        restricted: sources.length > 0 && ingress.length > 0 ? { addresses: ingress, sources } : undefined,
        affinitySeconds:
          spec.sessionAffinity === 'ClientIP'
            ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
            : undefined,
        ...targetsOf(port, slices, nodeName),
        internalLocal: spec.internalTrafficPolicy === 'Local',
        externalLocal: spec.externalTrafficPolicy === 'Local',
      },
    ];
  });
}

/**
 * Ready endpoints; where there are none, those that still serve while they terminate (KEP-1669), decided for the
 * cluster and for this node apart.
 */
function targetsOf(
  port: ApiPort,
  slices: readonly EndpointSlice[],
  nodeName: string,
): Pick<ServicePort, 'targets' | 'localTargets'> {
  const ready = new Map<string, Target>();
  const leaving = new Map<string, Target>();
  const local = new Set<string>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const number = slice.ports?.find((candidate) => (candidate.name ?? '') === (port.name ?? ''))?.port;
    if (number === undefined) continue;
    for (const { addresses, conditions, nodeName: on } of slice.endpoints ?? []) {
      const [ip] = addresses;
      if (ip === undefined || !isIPv4(ip)) continue;
      const key = `${ip}:${number}`;
      const isReady = conditions?.ready ?? true;
      if (isReady) ready.set(key, { ip, port: number });
      else if (conditions?.terminating === true && (conditions.serving ?? false)) {
        leaving.set(key, { ip, port: number });
      }
      if (on === nodeName) local.add(key);
    }
  }
  const onNode = (targets: ReadonlyMap<string, Target>): Map<string, Target> =>
    new Map([...targets].filter(([key]) => local.has(key)));
  return { targets: preferred(ready, leaving), localTargets: preferred(onNode(ready), onNode(leaving)) };
}

/** In order of address, so that the same endpoints always give the same rules. */
function preferred(
  ready: ReadonlyMap<string, Target>,
  leaving: ReadonlyMap<string, Target>,
): readonly Target[] {
  const chosen = ready.size > 0 ? ready : leaving;
  return [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

function isIPv4Range(text: string): boolean {
  return parseRange(text)?.family === 'IPv4';
}
