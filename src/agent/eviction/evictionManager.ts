import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { isCritical } from '../../api/priority.ts';
import type { Node, Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { AgentPart } from '../part.ts';
import type { PodFailure } from '../pods/podStatus.ts';
import type { NodePressure } from './nodePressure.ts';
import type { UsageMeter } from './podUsage.ts';
import { pressureMessage, rankForEviction } from './ranking.ts';
import { hasStorageLimit, storageViolation } from './storageLimits.ts';

export interface EvictionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly measure: UsageMeter;
  readonly pressure: Pick<NodePressure, 'check'>;
  /** This node, as the API shows it. */
  readonly node: () => Node | undefined;
  /** The pods that use resources of this node. */
  readonly pods: () => readonly Pod[];
  /** Frees space on the disk without ending a pod. */
  readonly reclaim: () => Promise<void>;
  /** Ends a pod at once, as failed. */
  readonly evict: (uid: string, failure: PodFailure) => void;
}

/**
 * kubelet's evictionMonitoringInterval. No event tells what a container writes, so upstream measures at intervals too.
 */
export const MONITORING_MS = 10_000;
/** The greatest part of the time that may be spent on measuring. */
const MEASURING_SHARE = 0.1;
/** kubelet's podCleanupTimeout: no second pod is evicted before the first has ended. */
const CLEANUP_MS = 30_000;

/**
 * Evicts pods that use more of the node than their limits allow. If the node runs short of something, it evicts one pod
 * at a time until there is enough again (kubelet `pkg/kubelet/eviction`). It measures nothing while no pod has limits
 * and the node has enough.
 */
export function createEvictionManager(options: EvictionOptions): AgentPart {
  const { clock, logger, measure } = options;
  /** The last pod that was evicted because the node was short of something. */
  let last: { readonly uid: string; readonly at: number } | undefined;

  const isGoing = (): boolean =>
    last !== undefined &&
    clock.monotonic() - last.at < CLEANUP_MS &&
    options.pods().some(({ metadata }) => metadata.uid === last?.uid);
  const candidates = (): readonly Pod[] => options.pods().filter(({ spec }) => !isCritical(spec));

  /** Resolves to whether a pod used more of the disk than its limits allow. */
  const enforceLimits = async (signal: AbortSignal): Promise<boolean> => {
    const limited = candidates().filter(hasStorageLimit);
    if (limited.length === 0) return false;
    const usages = await measure(limited, signal);
    const over = limited.flatMap((pod) => {
      const usage = usages.get(pod.metadata.uid);
      const message = usage && storageViolation(pod, usage);
      return message === undefined ? [] : [{ pod, message }];
    });
    for (const { pod, message } of over) options.evict(pod.metadata.uid, { reason: 'Evicted', message });
    return over.length > 0;
  };

  const relieve = async (signal: AbortSignal): Promise<void> => {
    const [first] = await options.pressure.check();
    if (first === undefined || isGoing()) return;
    const { resource } = first;
    const node = options.node();
    if (node !== undefined) {
      options.recorder.event(node, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    }
    if (resource !== 'memory') {
      await options.reclaim();
      if ((await options.pressure.check()).length === 0) return;
    }
    const pods = candidates();
    const usages = await measure(pods, signal);
    const [pod] = rankForEviction(pods, usages, resource);
    if (pod === undefined) return;
    const { uid } = pod.metadata;
    const message = pressureMessage(pod, usages.get(uid), first);
    last = { uid, at: clock.monotonic() };
    options.evict(uid, { reason: 'Evicted', message, isDisruption: true });
  };

  const attempted = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!signal.aborted) logger.warn('pods not looked at for eviction', { error });
      return undefined;
    }
  };

  return {
    async run(signal) {
      let pause = MONITORING_MS;
      while (!isAborted(signal)) {
        await clock.sleep(pause, signal).catch(() => undefined);
        if (isAborted(signal)) return;
        const begun = clock.monotonic();
        // Evicting a pod for its limits frees space already.
        const hasEvicted = await attempted(() => enforceLimits(signal), signal);
        if (hasEvicted !== true) await attempted(() => relieve(signal), signal);
        pause = Math.max(MONITORING_MS, (clock.monotonic() - begun) * (1 / MEASURING_SHARE - 1));
      }
    },
  };
}
