import { field } from '../../fields/fieldErrors.ts';
import { addressWarnings, rangeWarnings } from '../../fields/ipWarnings.ts';
import type { Service } from '../../types.ts';
import { isHeadless } from './addresses.ts';

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';

/** `pkg/api/service/warnings.go` GetWarningsForService. */
export function serviceWarnings({ metadata, spec }: Service): string[] {
  const path = field('spec');
  const { type, loadBalancerIP = '', externalIPs = [], loadBalancerSourceRanges = [] } = spec;
  const headless = type === 'ClusterIP' && spec.clusterIP === 'None';
  const warnings: string[] = [];
  if (Object.hasOwn(metadata.annotations ?? {}, TOPOLOGY_HINTS)) {
    warnings.push(
      `annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  if (!isHeadless(spec)) {
    spec.clusterIPs?.forEach((ip, i) =>
      warnings.push(...addressWarnings(path.child('clusterIPs').index(i), ip)),
    );
  }
  if (headless) {
    if (loadBalancerIP !== '') warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') {
      warnings.push('spec.SessionAffinity is ignored for headless services');
    }
  }
  externalIPs.forEach((ip, i) => warnings.push(...addressWarnings(path.child('externalIPs').index(i), ip)));
  if (externalIPs.length > 0 && !headless && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  warnings.push(...addressWarnings(path.child('loadBalancerIP'), loadBalancerIP));
  loadBalancerSourceRanges.forEach((range, i) =>
    warnings.push(...rangeWarnings(path.child('loadBalancerSourceRanges').index(i), range.trim())),
  );
  if (type === 'ExternalName') {
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  } else if ((spec.externalName ?? '') !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
