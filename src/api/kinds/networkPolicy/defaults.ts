import type { Incomplete } from '../../fields/unchecked.ts';
import type { Draft } from '../../meta.ts';
import type { NetworkPolicy } from '../../types.ts';

/** networking `SetDefaults_NetworkPolicy`. */
export function setNetworkPolicyDefaults(draft: Draft<NetworkPolicy>): void {
  const incomplete: { spec?: Incomplete<NetworkPolicy['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  spec.podSelector ??= {};
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports ?? []) port.protocol ??= 'TCP';
  }
  if ((spec.policyTypes ?? []).length > 0) return;
  spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}
