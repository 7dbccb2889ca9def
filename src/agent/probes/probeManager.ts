import type { Clock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import type { Logger } from '../../base/logger.ts';
import type { Container, Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import { fieldPathOf } from '../pods/identity.ts';
import type { PodBus } from '../pods/podBus.ts';
import type { ProbeResult } from '../pods/podActions.ts';
import type { RuntimeContainer } from '../runtime/contract.ts';
import type { Prober } from './prober.ts';
import { type ProbeType, probeWorker } from './probeWorker.ts';

/** Probes of running containers and their results (kubelet `pkg/kubelet/prober/prober_manager.go`). */
export interface ProbeManager {
  /** Starts probes of what runs now, ends those of what does not. */
  track(pod: Pod, podIP: string, running: readonly ProbedContainer[]): void;
  /** Liveness and startup matter no more: the pod is going. Readiness goes on. */
  stopRestarting(uid: string): void;
  drop(uid: string): void;
  liveness(containerId: string): ProbeResult;
  startup(containerId: string): ProbeResult;
  started(containerId: string): boolean;
  ready(containerId: string): boolean;
  /** The results of probes, of pods that still exist. */
  counts(): readonly ProbeCount[];
  stop(): Promise<void>;
}

export interface ProbedContainer {
  readonly container: Container;
  readonly instance: RuntimeContainer;
}

export interface ProbeCount {
  readonly pod: string;
  readonly namespace: string;
  readonly uid: string;
  readonly container: string;
  readonly type: ProbeType;
  readonly result: 'successful' | 'failed';
  readonly count: number;
}

export interface ProbeManagerOptions {
  readonly prober: Prober;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  /** Told of results that are others than before. */
  readonly bus: Pick<PodBus, 'tell'>;
}

interface Tracked {
  readonly uid: string;
  readonly workers: Map<ProbeType, AbortController>;
  readonly results: Map<ProbeType, boolean>;
  readonly hasProbe: ReadonlySet<ProbeType>;
}

const TYPES: readonly ProbeType[] = ['startup', 'liveness', 'readiness'];
const TITLES: Readonly<Record<ProbeType, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

export function createProbeManager(options: ProbeManagerOptions): ProbeManager {
  const { prober, clock, logger, recorder } = options;
  const containers = new Map<string, Tracked>();
  const byPod = new Map<string, Set<string>>();
  const loops = new Set<Promise<void>>();
  /** By pod, then by what was probed and how it came out. */
  const counts = new Map<string, Map<string, ProbeCount>>();

  const count = (pod: Pod, container: string, type: ProbeType, success: boolean): void => {
    const { name, namespace, uid } = pod.metadata;
    const result = success ? 'successful' : 'failed';
    const ofPod = counts.get(uid) ?? new Map<string, ProbeCount>();
    counts.set(uid, ofPod);
    const key = `${container}/${type}/${result}`;
    const before = ofPod.get(key)?.count ?? 0;
    ofPod.set(key, { pod: name, namespace, uid, container, type, result, count: before + 1 });
  };

  const end = (id: string): void => {
    const tracked = containers.get(id);
    if (tracked === undefined) return;
    containers.delete(id);
    for (const abort of tracked.workers.values()) abort.abort();
    const ids = byPod.get(tracked.uid);
    ids?.delete(id);
    if (ids?.size === 0) byPod.delete(tracked.uid);
  };

  const begin = (pod: Pod, podIP: string, { container, instance }: ProbedContainer): void => {
    const { uid } = pod.metadata;
    const probes = {
      startup: container.startupProbe,
      liveness: container.livenessProbe,
      readiness: container.readinessProbe,
    };
    const present = TYPES.filter((type) => probes[type] !== undefined);
    const tracked: Tracked = { uid, workers: new Map(), results: new Map(), hasProbe: new Set(present) };
    containers.set(instance.id, tracked);
    const ids = byPod.get(uid);
    if (ids === undefined) byPod.set(uid, new Set([instance.id]));
    else ids.add(instance.id);

    // After a restart of the agent, what was ready stays so until a probe says otherwise.
    const reported = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
    ].find(({ containerID }) => containerID?.endsWith(`://${instance.id}`) === true);
    if (reported?.ready === true) tracked.results.set('readiness', true);
    const startupDone = createDeferred<undefined>();
    if (probes.startup === undefined || reported?.started === true) {
      tracked.results.set('startup', true);
      startupDone.resolve(undefined);
    }
    for (const type of present) {
      const probe = probes[type];
      if (probe === undefined || (type === 'startup' && tracked.results.get('startup') === true)) continue;
      const abort = new AbortController();
      tracked.workers.set(type, abort);
      const loop = probeWorker(
        {
          type,
          probe,
          clock,
          startedAt: instance.startedAt ?? instance.createdAt,
          startupDone: type === 'startup' ? Promise.resolve() : startupDone.promise,
          initial: tracked.results.get(type),
          run: (signal) => prober(probe, { pod, container, containerId: instance.id, podIP }, signal),
          onOutcome: ({ success, message }) => {
            count(pod, container.name, type, success);
            if (success) return;
            const text = `${TITLES[type]} probe failed: ${message}`;
            recorder.event(pod, 'Warning', 'Unhealthy', text, fieldPathOf(pod, container.name));
          },
          onResult: (success) => {
            tracked.results.set(type, success);
            if (type === 'startup' && success) startupDone.resolve(undefined);
            options.bus.tell(uid, 'probe');
          },
        },
        abort.signal,
      )
        .catch((error: unknown) => logger.error('probe ended', { container: container.name, type, error }))
        .finally(() => loops.delete(loop));
      loops.add(loop);
    }
  };
  const result = (id: string, type: ProbeType): ProbeResult => {
    const value = containers.get(id)?.results.get(type);
    return value === undefined ? 'unknown' : value ? 'success' : 'failure';
  };

  return {
    track(pod, podIP, running) {
      const ids = new Set(running.map(({ instance }) => instance.id));
      for (const id of [...(byPod.get(pod.metadata.uid) ?? [])]) if (!ids.has(id)) end(id);
      for (const probed of running) if (!containers.has(probed.instance.id)) begin(pod, podIP, probed);
    },
    stopRestarting(uid) {
      for (const id of byPod.get(uid) ?? []) {
        const tracked = containers.get(id);
        for (const type of ['startup', 'liveness'] as const) {
          tracked?.workers.get(type)?.abort();
          tracked?.results.delete(type === 'liveness' ? 'liveness' : 'startup');
        }
        tracked?.results.set('startup', true);
      }
    },
    drop(uid) {
      counts.delete(uid);
      for (const id of [...(byPod.get(uid) ?? [])]) end(id);
    },
    liveness: (id) => result(id, 'liveness'),
    startup: (id) => result(id, 'startup'),
    started: (id) => result(id, 'startup') === 'success',
    ready(id) {
      const tracked = containers.get(id);
      if (tracked === undefined || tracked.results.get('startup') !== true) return false;
      return !tracked.hasProbe.has('readiness') || tracked.results.get('readiness') === true;
    },
    counts: () => [...counts.values()].flatMap((ofPod) => [...ofPod.values()]),
    async stop() {
      for (const id of [...containers.keys()]) end(id);
      await Promise.all(loops);
    },
  };
}
