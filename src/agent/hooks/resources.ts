import { qosClassOf } from '../../api/podSpec/qos.ts';
import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { Container, Pod } from '../../api/types.ts';
import type { ContainerConfig } from '../runtime/contract.ts';
import type { ContainerHook } from './contract.ts';

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
export const QUOTA_PERIOD = 100_000;
const MIN_QUOTA = 1_000;
/** Pods of this priority and above are critical (scheduling `SystemCriticalPriority`). */
const CRITICAL_PRIORITY = 2_000_000_000;

/** Requests and limits as cgroup values (kuberuntime_container_linux.go, `pkg/kubelet/cm/helpers_linux.go`). */
export function resourcesHook(options: { memoryCapacity(): number }): ContainerHook {
  return {
    name: 'resources',
    apply({ pod, container }, { config }) {
      config.resources = containerResources(pod, container, options.memoryCapacity());
      return Promise.resolve();
    },
  };
}

/** The runtime's settings for a container's requests and limits. `memoryCapacity`: of the node, in bytes. */
export function containerResources(
  pod: Pod,
  container: Container,
  memoryCapacity: number,
): ContainerConfig['resources'] {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const cpuLimit = limits['cpu'] === undefined ? 0 : quantityMilliValue(limits['cpu']);
  const cpuRequest = requests['cpu'] === undefined ? cpuLimit : quantityMilliValue(requests['cpu']);
  const memory = limits['memory'] === undefined ? 0 : quantityValue(limits['memory']);
  return {
    cpuShares: cpuSharesOf(cpuRequest),
    cpuPeriod: QUOTA_PERIOD,
    // Without a limit: none, said so that an update can lift one.
    cpuQuota: cpuLimit === 0 ? -1 : cpuQuotaOf(cpuLimit),
    ...(memory === 0 ? {} : { memoryBytes: memory }),
    oomScoreAdj: oomScoreAdj(pod, container, memoryCapacity),
  };
}

export function cpuSharesOf(milliCpu: number): number {
  return Math.min(Math.max(Math.trunc((milliCpu * 1024) / 1000), MIN_SHARES), MAX_SHARES);
}

export function cpuQuotaOf(milliCpu: number): number {
  return Math.max(Math.ceil((milliCpu * QUOTA_PERIOD) / 1000), MIN_QUOTA);
}

/** kubelet `pkg/kubelet/qos/policy.go`. */
export function oomScoreAdj(pod: Pod, container: Container, memoryCapacity: number): number {
  if ((pod.spec.priority ?? 0) >= CRITICAL_PRIORITY) return -997;
  switch (qosClassOf(pod.spec)) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    case 'Burstable': {
      const request = container.resources?.requests?.['memory'];
      const share = request === undefined ? 0 : (1000 * quantityValue(request)) / memoryCapacity;
      return Math.trunc(Math.min(Math.max(1000 - share, 3), 999));
    }
  }
}
