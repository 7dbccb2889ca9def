import {
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { inRange, oneOf } from '../../fields/rules.ts';
import type { ServiceSpec } from './addresses.ts';

const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

/** Whether anybody outside the cluster can reach the service (core/service `ExternallyAccessible`). */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return (
    spec.type === 'NodePort' ||
    spec.type === 'LoadBalancer' ||
    (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  );
}

/** core validation `validateServiceExternalTrafficPolicy` and its siblings. */
export function validateTraffic(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const { externalTrafficPolicy: external = '', internalTrafficPolicy: internal, trafficDistribution } = spec;
  const errors: FieldError[] = [];
  const externalPath = path.child('externalTrafficPolicy');
  if (isExternallyAccessible(spec)) errors.push(...oneOf(external, POLICIES, externalPath));
  else if (external !== '') {
    errors.push(invalid(externalPath, external, 'may only be set for externally-accessible services'));
  }
  errors.push(...validateHealthCheckPort(spec, path.child('healthCheckNodePort')));
  if (internal === undefined) {
    if (spec.type !== 'ExternalName') errors.push(required(path.child('internalTrafficPolicy')));
  } else if (!POLICIES.includes(internal)) {
    errors.push(notSupported(path.child('internalTrafficPolicy'), internal, POLICIES));
  }
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported(path.child('trafficDistribution'), trafficDistribution, DISTRIBUTIONS));
  }
  return errors;
}

/** A missing port is filled in by allocation, after validation. */
function validateHealthCheckPort(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const port = spec.healthCheckNodePort ?? 0;
  if (port === 0) return [];
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')
    return inRange(port, 1, 65535, path);
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [invalid(path, port, why)];
}
