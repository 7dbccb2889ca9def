import { field, type FieldError, type FieldPath, invalid } from '../../api/fields/fieldErrors.ts';
import { type Draft, keyOf } from '../../api/meta.ts';
import { services } from '../../api/resources.ts';
import { internalError } from '../../api/status.ts';
import type { Service } from '../../api/types.ts';
import type { AddressRange, ServiceAllocators } from '../allocators/serviceAllocators.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout } from './refuse.ts';

type Spec = Draft<Service>['spec'];

/**
 * Gives services their cluster address and node ports (core/service `storage/alloc.go`), as upstream's registry does
 * between validation and write.
 */
export function serviceAddresses(allocators: ServiceAllocators, reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'ServiceAddresses',
    handles: (attributes) =>
      (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') &&
      isAbout(attributes, services),
    reserve({ operation, object, namespace, dryRun }) {
      const { spec, metadata } = object as unknown as Draft<Service>;
      const name = metadata.name ?? '';
      // The name is taken: the write will report it, and needs no addresses.
      if (operation === 'CREATE' && reader.get(services, namespace, name) !== undefined) return [];
      const request = { allocators, owner: keyOf({ namespace, name }), reserve: !dryRun };
      return [...allocateAddress(spec, request), ...allocatePorts(spec, request)];
    },
  };
}

interface Request {
  readonly allocators: ServiceAllocators;
  readonly owner: string;
  readonly reserve: boolean;
}

function allocateAddress(spec: Spec, { allocators, owner, reserve }: Request): FieldError[] {
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return [];
  const ranges = allocators.ranges();
  const wanted = spec.clusterIP ?? '';
  if (wanted === '') {
    spec.clusterIP = pickAddress(ranges, owner, reserve);
    spec.clusterIPs = [spec.clusterIP];
    return [];
  }
  // Ranges may overlap: the address must be free in each range that contains it.
  const fitting = ranges.filter(({ range }) => range.indexOf(wanted) !== undefined);
  const isFree = fitting.every(({ range, allocator }) =>
    allocator.claim(owner, range.indexOf(wanted) ?? 0, reserve),
  );
  if (fitting.length > 0 && isFree) return [];
  const valid = ranges.map(({ range }) => range.cidr).join(', ');
  const why = isFree
    ? `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${valid}`
    : 'provided IP is already allocated';
  return [
    invalid(
      field('spec', 'clusterIPs'),
      spec.clusterIPs ?? [wanted],
      `failed to allocate IP ${wanted}: ${why}`,
    ),
  ];
}

function pickAddress(ranges: readonly AddressRange[], owner: string, reserve: boolean): string {
  for (const { range, allocator } of ranges) {
    const index = allocator.pick(owner, false);
    if (index === undefined) continue;
    const address = range.addressAt(index);
    for (const other of ranges) {
      const same = other.range.indexOf(address);
      if (same !== undefined) other.allocator.claim(owner, same, reserve);
    }
    return address;
  }
  throw internalError(new Error('failed to allocate a serviceIP: range is full'));
}

function allocatePorts(spec: Spec, request: Request): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  const wantsPorts =
    spec.type === 'NodePort' ||
    (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  // If a service has the same port in several protocols, they share one node port.
  const chosen = new Map<number, number>();
  ports.forEach((port, i) => {
    const at = field('spec', 'ports').index(i).child('nodePort');
    if (port.nodePort !== undefined && port.nodePort !== 0) {
      errors.push(...claimPort(port.nodePort, at, request));
    } else if (wantsPorts) {
      const asked = ports.find((other) => other.port === port.port && (other.nodePort ?? 0) !== 0)?.nodePort;
      port.nodePort = chosen.get(port.port) ?? asked ?? pickPort(request);
    } else {
      return;
    }
    chosen.set(port.port, port.nodePort);
  });
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return errors;
  if ((spec.healthCheckNodePort ?? 0) === 0) spec.healthCheckNodePort = pickPort(request);
  else
    errors.push(...claimPort(spec.healthCheckNodePort ?? 0, field('spec', 'healthCheckNodePort'), request));
  return errors;
}

function claimPort(port: number, path: FieldPath, { allocators, owner, reserve }: Request): FieldError[] {
  const { first, last, allocator } = allocators.nodePorts;
  if (port < first || port > last) {
    return [
      invalid(
        path,
        port,
        `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
      ),
    ];
  }
  return allocator.claim(owner, port - first, reserve)
    ? []
    : [invalid(path, port, 'provided port is already allocated')];
}

function pickPort({ allocators, owner, reserve }: Request): number {
  const { first, allocator } = allocators.nodePorts;
  const index = allocator.pick(owner, reserve);
  if (index === undefined) throw internalError(new Error('failed to allocate a nodePort: range is full'));
  return first + index;
}
