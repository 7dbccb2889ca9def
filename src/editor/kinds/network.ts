import type { KubeObject } from '../../api/meta.ts';
import type { Service } from '../../api/types.ts';
import type { KindViews, Look } from './kindView.ts';

interface Ingress extends KubeObject {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly rules?: readonly { readonly host?: string }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly Address[] } };
}

interface Address {
  readonly ip?: string;
  readonly hostname?: string;
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}

export const networkViews: KindViews = {
  services: { category: 'network', icon: 'plug', can: ['logs', 'forward'], look: lookOfService },
  'ingresses.networking.k8s.io': { category: 'network', icon: 'globe', look: lookOfIngress },
  'networkpolicies.networking.k8s.io': { category: 'network', icon: 'shield', look: () => ({}) },
  'endpointslices.discovery.k8s.io': {
    category: 'network',
    icon: 'list-tree',
    look: (object) => {
      const endpoints = (object as EndpointSlice).endpoints ?? [];
      const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
      return { description: `${ready}/${endpoints.length} ready` };
    },
  },
  'ingressclasses.networking.k8s.io': { category: 'network', icon: 'globe', look: () => ({}) },
};

/** A load balancer shows where it answers: on this desktop, where it is one of ours. */
function lookOfService(object: KubeObject): Look {
  const service = object as Service;
  const { type = 'ClusterIP', clusterIP = '', ports = [] } = service.spec;
  const shown = ports.map(({ port, nodePort, protocol = 'TCP' }) => {
    const outside = nodePort === undefined ? '' : `:${nodePort}`;
    return `${port}${outside}${protocol === 'TCP' ? '' : `/${protocol}`}`;
  });
  const text = `${type} ${clusterIP} ${shown.join(', ')}`;
  const [address] = addressesOf(service);
  if (type === 'LoadBalancer') {
    const [first] = ports;
    return {
      description: address === undefined ? `LoadBalancer, no address yet` : `${address}:${first?.port ?? ''}`,
      health: address === undefined ? 'busy' : 'good',
      hover: { title: object.metadata.name, text },
    };
  }
  return {
    description: `${type === 'ClusterIP' ? '' : `${type} `}${shown.join(', ')}`,
    hover: { title: object.metadata.name, text },
  };
}

function lookOfIngress(object: KubeObject): Look {
  const { spec = {}, status } = object as Ingress;
  const hosts = (spec.rules ?? []).map(({ host = '*' }) => host);
  const [address] = addressesOf({ status } as Service);
  return {
    description: hosts.join(', '),
    hover: { title: object.metadata.name, text: address ?? 'no address yet', list: hosts },
  };
}

/** Where a Service or an Ingress answers outside the cluster; the loopback address by its name. */
export function addressesOf(object: Pick<Service, 'status'>): readonly string[] {
  const ingress = (object.status?.loadBalancer?.ingress ?? []) as readonly Address[];
  return ingress.flatMap(({ ip, hostname }) => (ip === '127.0.0.1' ? 'localhost' : (hostname ?? ip ?? [])));
}
