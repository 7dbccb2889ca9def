import type { Clock } from '../../base/clock.ts';
import type { ProbeManager } from '../probes/probeManager.ts';
import type { PodFreshness } from './podFreshness.ts';
import { isTerminal } from './podLife.ts';
import type { PodRecord } from './podRecord.ts';
import { podStatus } from './podStatus.ts';
import type { RuntimeView } from './runtimeView.ts';
import type { StatusManager } from './statusManager.ts';

/** Tells the API how a pod is now. */
export type PodReporter = (record: PodRecord) => void;

export interface PodReporterOptions {
  /** `containerd`: the scheme of container ids. */
  readonly runtimeName: string;
  readonly view: Pick<RuntimeView, 'forPod'>;
  readonly probes: Pick<ProbeManager, 'ready' | 'started'>;
  readonly statuses: Pick<StatusManager, 'latest' | 'set' | 'written'>;
  readonly freshness: Pick<PodFreshness, 'isOutdated' | 'refreshed'>;
  readonly clock: Pick<Clock, 'now'>;
  hostIPs(): readonly string[];
}

export function createPodReporter(options: PodReporterOptions): PodReporter {
  const { runtimeName, view, probes, statuses, freshness, clock } = options;
  return ({ identity: { uid }, life, ending, starts, resources }) => {
    const { pod } = life;
    if (pod === undefined || life.isGone) return;
    const latest = statuses.latest(pod);
    const isEnded = ending.stage === 'terminated';
    statuses.set(
      pod,
      podStatus({
        pod: { ...pod, ...(latest.status === undefined ? {} : { status: latest.status }) },
        sandboxes: view.forPod(uid),
        facts: {
          runtimeName,
          ended: life.wasRefused || (latest.status !== undefined && isTerminal(latest)),
          // A pod that has ended waits for nothing.
          waiting: (name) => (isEnded ? undefined : starts.waiting(name)),
          starting: (name) => starts.isInHook(name),
          allocated: (name) => resources.allocated.get(name),
          enforced: (name) => resources.enforced.get(name),
          ready: (instance) => probes.ready(instance.id),
          started: (instance) => probes.started(instance.id),
        },
        hostIPs: options.hostIPs(),
        terminal: isEnded,
        failure: life.failure,
        resize: resources,
        now: clock.now(),
      }),
    );
    if (freshness.isOutdated(uid)) void statuses.written(uid).then(() => freshness.refreshed(uid));
  };
}
