import type { Pod } from '../../api/types.ts';
import type { PodFailure } from '../pods/podStatus.ts';
import { admitAppArmor } from './appArmor.ts';
import type { NodeFacts, PodAdmitHandler } from './contract.ts';
import { admitFitting } from './fits.ts';
import { admitNodeAffinity } from './nodeAffinity.ts';
import { admitOperatingSystem } from './operatingSystem.ts';
import { admitUnderPressure } from './pressure.ts';
import { admitResourceClaims } from './resourceClaims.ts';
import { admitSupplementalGroups } from './supplementalGroups.ts';
import { admitSysctls } from './sysctls.ts';
import { admitTaints } from './taints.ts';

/** In kubelet's order: the first that has something against a pod is who says it. */
export const POD_ADMIT_HANDLERS: readonly PodAdmitHandler[] = [
  admitUnderPressure,
  admitSysctls,
  admitResourceClaims,
  admitOperatingSystem,
  admitSupplementalGroups,
  admitFitting,
  admitNodeAffinity,
  admitTaints,
  admitAppArmor,
];

/** Why the node does not take a pod: the first objection. */
export function objectionTo(pod: Pod, others: readonly Pod[], facts: NodeFacts): PodFailure | undefined {
  for (const handler of POD_ADMIT_HANDLERS) {
    const failure = handler(pod, others, facts);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
