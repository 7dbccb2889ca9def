import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Pod } from '../../api/types.ts';
import { isCritical } from '../../api/priority.ts';
import type { AgentPart } from '../part.ts';
import type { PodFailure } from '../pods/podStatus.ts';
import { hasStorageLimit, storageViolation } from './storageLimits.ts';
import type { UsageMeter } from './podUsage.ts';

export interface EvictionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly measure: UsageMeter;
  /** The pods that take room on this node. */
  pods(): readonly Pod[];
  /** Ends a pod at once: it has failed. */
  evict(uid: string, failure: PodFailure): void;
}

/** kubelet's evictionMonitoringInterval. What a container writes tells nobody, so upstream looks at intervals too. */
export const MONITORING_MS = 10_000;
/** What measuring took is at most this part of the time. */
const MEASURING_SHARE = 0.1;

/** Ends pods that use more of the node than they may (kubelet `pkg/kubelet/eviction`). Others cost nothing here. */
export function createEvictionManager(options: EvictionOptions): AgentPart {
  const { clock, logger, measure } = options;

  /** Pods that have more on the disk than they said. */
  const enforceLimits = async (signal: AbortSignal): Promise<void> => {
    const limited = options.pods().filter((pod) => hasStorageLimit(pod) && !isCritical(pod.spec));
    if (limited.length === 0) return;
    const usages = await measure(limited, signal);
    for (const pod of limited) {
      const usage = usages.get(pod.metadata.uid);
      const message = usage && storageViolation(pod, usage);
      if (message !== undefined) options.evict(pod.metadata.uid, { reason: 'Evicted', message });
    }
  };

  return {
    async run(signal) {
      let pause = MONITORING_MS;
      while (!isAborted(signal)) {
        await clock.sleep(pause, signal).catch(() => undefined);
        if (isAborted(signal)) return;
        const begun = clock.monotonic();
        await enforceLimits(signal).catch((error: unknown) => {
          if (!signal.aborted) logger.warn('storage of pods not measured', { error });
        });
        const took = clock.monotonic() - begun;
        pause = Math.max(MONITORING_MS, took * (1 / MEASURING_SHARE - 1));
      }
    },
  };
}
