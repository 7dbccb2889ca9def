import type { Draft } from '../../meta.ts';
import type { Service } from '../../types.ts';
import { isExternallyAccessible } from './traffic.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { dropZeros } from '../../fields/zeros.ts';

/** Upstream's affinity of three hours. */
const CLIENT_IP_TIMEOUT_SECONDS = 10800;

/**
 * core/v1 `SetDefaults_Service`, and the address families that upstream's registry fills in for a single-stack IPv4
 * cluster (`pkg/registry/core/service/storage/alloc.go`).
 */
export function setServiceDefaults(draft: Draft<Service>): void {
  const incomplete: { spec?: Incomplete<Service['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  dropZeros(spec, [
    'clusterIP',
    'externalName',
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'loadBalancerIP',
    'publishNotReadyAddresses',
  ]);
  if (!spec.sessionAffinity) spec.sessionAffinity = 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  else if (
    spec.sessionAffinity === 'ClientIP' &&
    spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined
  ) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_TIMEOUT_SECONDS } };
  }
  if (!spec.type) spec.type = 'ClusterIP';
  for (const port of spec.ports ?? []) {
    if (!port.protocol) port.protocol = 'TCP';
    dropZeros(port, ['name', 'nodePort']);
    if (
      (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') &&
      port.port !== undefined
    ) {
      port.targetPort = port.port;
    }
  }
  const onNodes = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (isExternallyAccessible(spec) && !spec.externalTrafficPolicy) spec.externalTrafficPolicy = 'Cluster';
  if (onNodes || spec.type === 'ClusterIP') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  setIPFamilies(spec);
  if (spec.type !== 'LoadBalancer') return;
  for (const ingress of draft.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

function setIPFamilies(spec: Incomplete<Service['spec']>): void {
  if (spec.type === 'ExternalName') return;
  const headless = spec.clusterIP === 'None';
  const withoutSelector = Object.keys(spec.selector ?? {}).length === 0;
  if (headless && withoutSelector) {
    // Its endpoints are somebody else's and may be of any family.
    spec.ipFamilyPolicy ??= 'RequireDualStack';
    if (spec.ipFamilyPolicy === 'SingleStack') spec.ipFamilies ??= ['IPv4'];
    else spec.ipFamilies ??= ['IPv4', 'IPv6'];
    return;
  }
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies ??= ['IPv4'];
}
