import { endpoints, endpointSlices, serviceCIDRs, services } from '../../api/resources.ts';
import { specialIPErrors } from '../../api/fields/ips.ts';
import type { BootstrapObject } from './systemObjects.ts';

const NAME = 'kubernetes';
const NAMESPACE = 'default';
const PORT_NAME = 'https';
const SERVICE_PORT = 443;

export interface KubernetesServiceOptions {
  /** The first address of the service range, under which pods reach the API server. */
  readonly clusterIP: string;
  /** The range of service addresses, for example `10.96.0.0/16`. */
  readonly serviceCIDR: string;
  /** Where the API server listens, as nodes and pods reach it. */
  readonly address: string;
  readonly port: number;
}

/**
 * The default range of services and the service default/kubernetes with its Endpoints and EndpointSlice (controlplane
 * `controller/kubernetesservice`, `reconcilers`). The endpoints are to be as given at every start, so they are
 * written over what is there; the service is made where it is missing.
 */
export function kubernetesService(options: KubernetesServiceOptions): readonly BootstrapObject[] {
  const { clusterIP, serviceCIDR, address, port } = options;
  // An address that only this machine knows is of no use to a pod, and no endpoint may have it.
  const reachable = specialIPErrors(address).length === 0;
  return [
    {
      resource: serviceCIDRs,
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'ServiceCIDR',
        metadata: { name: NAME },
        spec: { cidrs: [serviceCIDR] },
      },
    },
    {
      resource: services,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: NAME,
          namespace: NAMESPACE,
          labels: { component: 'apiserver', provider: 'kubernetes' },
        },
        spec: {
          type: 'ClusterIP',
          clusterIP,
          clusterIPs: [clusterIP],
          sessionAffinity: 'None',
          ports: [{ name: PORT_NAME, protocol: 'TCP', port: SERVICE_PORT, targetPort: port }],
        },
      },
    },
    {
      resource: endpoints,
      authoritative: true,
      object: {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: {
          name: NAME,
          namespace: NAMESPACE,
          labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
        },
        subsets: reachable
          ? [{ addresses: [{ ip: address }], ports: [{ name: PORT_NAME, port, protocol: 'TCP' }] }]
          : [],
      },
    },
    {
      resource: endpointSlices,
      authoritative: true,
      object: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
        addressType: address.includes(':') ? 'IPv6' : 'IPv4',
        endpoints: reachable ? [{ addresses: [address], conditions: { ready: true } }] : [],
        ports: [{ name: PORT_NAME, port, protocol: 'TCP' }],
      },
    },
  ];
}
