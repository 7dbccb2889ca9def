import { tolerates } from '../../api/tolerations.ts';
import type { Taint, Toleration } from '../../api/types.ts';

/** The first taint of these effects that no toleration covers. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  if (taints === undefined || taints.length === 0) return undefined;
  return taints.find(
    (taint) =>
      effects.includes(taint.effect) &&
      !(tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}
