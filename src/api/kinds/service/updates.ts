import type { Draft } from '../../meta.ts';
import type { Service } from '../../types.ts';
import { equal } from '../../fields/equal.ts';

type Spec = Draft<Service>['spec'];

const hasClusterIP = (spec: Pick<Service['spec'], 'type'>): boolean => spec.type !== 'ExternalName';
const hasNodePorts = (spec: Pick<Service['spec'], 'type'>): boolean =>
  spec.type === 'NodePort' || spec.type === 'LoadBalancer';
const hasHealthCheck = (spec: Pick<Service['spec'], 'type' | 'externalTrafficPolicy'>): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/**
 * `clusterIP` and `clusterIPs` say the same: a client that sets one means both (core/service `normalizeClusterIPs`).
 */
export function syncClusterIPs(spec: Spec, old: Service['spec'] | undefined): void {
  if (old === undefined) {
    if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const sameList = equal(spec.clusterIPs, old.clusterIPs);
  if (!spec.clusterIP && old.clusterIP && sameList) delete spec.clusterIPs;
  else if (spec.clusterIP && spec.clusterIP !== old.clusterIP && sameList) spec.clusterIPs = [spec.clusterIP];
}

/**
 * What a client leaves out of an update keeps its value where the new type still has it (core/service
 * `patchAllocatedValues`): kubectl apply and old clients do not know the allocated fields.
 */
export function keepAllocated(spec: Spec, old: Service['spec']): void {
  if (hasClusterIP(spec) && hasClusterIP(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (
      (spec.clusterIPs ?? []).length === 0 &&
      spec.clusterIP === old.clusterIP &&
      old.clusterIPs !== undefined
    ) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (hasNodePorts(spec) && hasNodePorts(old)) {
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue;
      const before = old.ports?.find((other) => other.port === port.port && other.protocol === port.protocol);
      if (before?.nodePort !== undefined) port.nodePort = before.nodePort;
    }
  }
  if (hasHealthCheck(spec) && hasHealthCheck(old) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

/**
 * Removes fields that only the old type had. A field that the client changed stays, and validation reports it
 * (`dropTypeDependentFields`).
 */
export function dropTypeDependent(spec: Spec, old: Service['spec']): void {
  if (hasClusterIP(old) && !hasClusterIP(spec)) {
    if (spec.clusterIP === old.clusterIP) delete spec.clusterIP;
    if (equal(spec.clusterIPs, old.clusterIPs)) delete spec.clusterIPs;
    if (equal(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (hasNodePorts(old) && !hasNodePorts(spec)) {
    const before = new Set((old.ports ?? []).map((port) => port.nodePort));
    for (const port of spec.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort;
  }
  if (hasHealthCheck(old) && !hasHealthCheck(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) {
    delete spec.healthCheckNodePort;
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) {
      delete spec.allocateLoadBalancerNodePorts;
    }
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  const reachable = hasNodePorts(spec) || (spec.externalIPs ?? []).length > 0;
  if (!reachable && spec.externalTrafficPolicy === old.externalTrafficPolicy)
    delete spec.externalTrafficPolicy;
}
