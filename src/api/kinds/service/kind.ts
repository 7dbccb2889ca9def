import { defineKind, type Kind } from '../../kind.ts';
import { formatLabels } from '../../labels.ts';
import type { Draft } from '../../meta.ts';
import { services } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Service } from '../../types.ts';
import { dropTypeDependent, keepAllocated, syncClusterIPs } from './updates.ts';
import { setServiceDefaults } from './defaults.ts';
import { validateLoadBalancerStatus } from './loadBalancerStatus.ts';
import { validateService, validateServiceUpdate } from './validation.ts';
import { ageColumn, column, nameColumn, NONE, orNone, UNKNOWN, wideColumn } from '../../columns.ts';
import { serviceWarnings } from './warnings.ts';

export const service: Kind = defineKind<Service>({
  resource: services,
  schema: builtIn('V1Service'),
  shortNames: ['svc'],
  categories: ['all'],
  nameRule: 'dns1035Label',
  createOnUpdate: true,
  setDefaults: setServiceDefaults,
  prepareForCreate(draft) {
    draft.status = { loadBalancer: {} };
    syncClusterIPs(draft.spec, undefined);
  },
  prepareForUpdate(draft, old) {
    draft.status = (old.status ?? { loadBalancer: {} }) as NonNullable<Draft<Service>['status']>;
    syncClusterIPs(draft.spec, old.spec);
    keepAllocated(draft.spec, old.spec);
    dropTypeDependent(draft.spec, old.spec);
    if (old.spec.type === 'LoadBalancer' && draft.spec.type !== 'LoadBalancer') {
      draft.status = { ...draft.status, loadBalancer: {} };
    }
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  status: { validateUpdate: validateLoadBalancerStatus },
  subresources: [
    { name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  returnsDeleted: true,
  selectableFields: (object) => ({
    'spec.clusterIP': object.spec.clusterIP ?? '',
    'spec.type': object.spec.type ?? '',
  }),
  warnings: serviceWarnings,
  columns: [
    nameColumn,
    column('Type', 'string', 'How the service is reached.', (o) => o.spec.type ?? ''),
    column('Cluster-IP', 'string', 'Address within the cluster.', (o) =>
      orNone(o.spec.clusterIPs?.[0] ?? o.spec.clusterIP),
    ),
    column('External-IP', 'string', 'Addresses from outside.', externalIPText),
    column('Port(s)', 'string', 'Ports, each with its node port if it has one.', portsText),
    ageColumn,
    wideColumn('Selector', 'string', 'Labels of its pods.', (o) => formatLabels(o.spec.selector)),
  ],
});

function externalIPText(object: Service): string {
  const own = object.spec.externalIPs ?? [];
  switch (object.spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(own.join(','));
    case 'LoadBalancer': {
      const ingress = (object.status?.loadBalancer?.ingress ?? [])
        .map((entry) => entry.ip ?? entry.hostname ?? '')
        .filter((text) => text !== '');
      const all = [...[...new Set(ingress)].sort(), ...own];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    case 'ExternalName':
      return object.spec.externalName ?? '';
    default:
      return UNKNOWN;
  }
}

function portsText(object: Service): string {
  const ports = object.spec.ports ?? [];
  if (ports.length === 0) return NONE;
  return ports
    .map((port) => {
      const node = port.nodePort === undefined || port.nodePort === 0 ? '' : `:${port.nodePort}`;
      return `${port.port}${node}/${port.protocol ?? 'TCP'}`;
    })
    .join(',');
}
