import type { Endpoint, EndpointSlice, Service } from '../../src/api/types.ts';

const metadata = (name: string, labels: Record<string, string> = {}): Service['metadata'] => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
});

/** A service with one TCP port `http` 80, unless `spec` says otherwise. */
export function makeService(
  name: string,
  clusterIP: string,
  spec: Partial<Service['spec']> = {},
  status: Service['status'] = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name),
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...spec,
    },
    status,
  };
}

export type EndpointDescription =
  | string
  | {
      readonly ip: string;
      readonly node?: string;
      readonly ready?: boolean;
      readonly serving?: boolean;
      readonly terminating?: boolean;
      readonly hostname?: string;
      readonly pod?: string;
    };

/** A slice of a service; endpoints are ready unless they say otherwise. */
export function makeSlice(
  service: string,
  endpoints: readonly EndpointDescription[],
  options: {
    readonly name?: string;
    readonly ports?: EndpointSlice['ports'];
    readonly addressType?: string;
  } = {},
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata(options.name ?? `${service}-1`, { 'kubernetes.io/service-name': service }),
    addressType: options.addressType ?? 'IPv4',
    ports: options.ports ?? [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map((description): Endpoint => {
      const {
        ip,
        node,
        ready = true,
        serving = ready,
        terminating = false,
        hostname,
        pod,
      } = typeof description === 'string' ? { ip: description } : description;
      return {
        addresses: [ip],
        conditions: { ready, serving, terminating },
        ...(node === undefined ? {} : { nodeName: node }),
        ...(hostname === undefined ? {} : { hostname }),
        ...(pod === undefined ? {} : { targetRef: { kind: 'Pod', name: pod, namespace: 'default' } }),
      };
    }),
  };
}
