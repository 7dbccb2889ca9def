import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { Pod } from '../../api/types.ts';
import { cpuQuotaOf, cpuSharesOf, QUOTA_PERIOD } from './resources.ts';

/** The resources that all containers of a pod may use together. */
export interface PodBounds {
  readonly memoryBytes?: number;
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod: number;
}

/**
 * The bounds of a pod that sets resources for the whole pod (KEP-2837), with its overhead. Undefined for other pods.
 */
export function podBounds({ spec }: Pod): PodBounds | undefined {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  const overhead = spec.overhead ?? {};
  const sum = (text: string | undefined, extra: string | undefined, of: (text: string) => number) =>
    text === undefined ? undefined : of(text) + (extra === undefined ? 0 : of(extra));
  const memory = sum(limits['memory'], overhead['memory'], quantityValue);
  const cpuLimit = sum(limits['cpu'], overhead['cpu'], quantityMilliValue);
  const cpuRequest = sum(requests['cpu'] ?? limits['cpu'], overhead['cpu'], quantityMilliValue);
  if (memory === undefined && cpuLimit === undefined && cpuRequest === undefined) return undefined;
  return {
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(cpuRequest === undefined ? {} : { cpuShares: cpuSharesOf(cpuRequest) }),
    ...(cpuLimit === undefined ? {} : { cpuQuota: cpuQuotaOf(cpuLimit) }),
    cpuPeriod: QUOTA_PERIOD,
  };
}
