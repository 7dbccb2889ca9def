import { safeSysctls } from '../../../../api/podSpec/safeSysctls.ts';
import type { Check, CheckPod } from '../check.ts';

/** Sysctls that belong to the pod alone and affect nothing else. */
const check =
  (minor: number): CheckPod =>
  ({ spec }) => {
    const safe = safeSysctls(minor);
    const others = (spec.securityContext?.sysctls ?? []).filter(({ name }) => !safe.has(name));
    if (others.length === 0) return undefined;
    return { reason: 'forbidden sysctls', detail: others.map(({ name }) => name).join(', ') };
  };

export const sysctls: Check = {
  id: 'sysctls',
  level: 'baseline',
  versions: [0, 27, 29, 32].map((since) => ({ since, check: check(since) })),
};
