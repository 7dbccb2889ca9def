import { isAborted } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { KubeObject } from '../api/meta.ts';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '../api/resources.ts';
import type { Client } from '../client/contract.ts';
import type { EventRecorder } from '../client/eventRecorder.ts';
import type { InformerFactory } from '../client/informers.ts';
import { SchedulerCache } from './cache.ts';
import { type StorageInformer, subscribe } from './eventHandlers.ts';
import { createFailureHandler } from './failure.ts';
import type { PluginContext } from './framework.ts';
import { Nominator } from './nominator.ts';
import { defaultPlugins } from './plugins/index.ts';
import { SchedulingQueue } from './queue.ts';
import { type EnabledPlugin, FrameworkRunner } from './runner.ts';
import { PodScheduler } from './scheduleOne.ts';
import { NodeSelector } from './selectNode.ts';
import { WaitingPods } from './waitingPods.ts';

export interface SchedulerOptions {
  /** Acts as `system:kube-scheduler`. */
  readonly client: Client;
  /** The scheduler asks for its informers when it is created; the owner of the factory starts it. */
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Which pods are ours by spec.schedulerName. */
  readonly schedulerName?: string;
  /** 0 or missing: by the size of the cluster. */
  readonly percentageOfNodesToScore?: number;
  /** By default upstream's default profile. */
  readonly plugins?: (context: PluginContext) => readonly EnabledPlugin[];
}

export interface Scheduler {
  /** Schedules until the signal aborts; resolves when all bindings under way have ended. */
  run(signal: AbortSignal): Promise<void>;
}

/** Bindings under way at once: enough to fill a group commit, few enough to keep the API responsive for others. */
const MAX_BINDING = 256;

/** How long cycles may follow each other before other work of the process gets its turn, ms. */
const TURN_MS = 5;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { client, events, clock, random, logger, schedulerName = 'default-scheduler' } = options;
  const used: { whenSynced(signal: AbortSignal): Promise<void> }[] = [];
  /** Remembers what is asked for, the plugins' informers included: nothing is decided before all of them are filled. */
  const informers: InformerFactory = {
    for(resource, selection) {
      const informer = options.informers.for(resource, selection);
      used.push(informer);
      return informer;
    },
    start: (signal) => options.informers.start(signal),
    whenSynced: (signal) => options.informers.whenSynced(signal),
  };
  const cache = new SchedulerCache();
  const nominator = new Nominator();
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  const storage: readonly StorageInformer[] = [
    { resource: 'PersistentVolumeClaim', informer: informers.for<KubeObject>(persistentVolumeClaims) },
    { resource: 'PersistentVolume', informer: informers.for<KubeObject>(persistentVolumes) },
    { resource: 'StorageClass', informer: informers.for<KubeObject>(storageClasses) },
    { resource: 'CSIDriver', informer: informers.for<KubeObject>(csiDrivers) },
    { resource: 'CSINode', informer: informers.for<KubeObject>(csiNodes) },
    { resource: 'CSIStorageCapacity', informer: informers.for<KubeObject>(csiStorageCapacities) },
  ];
  const waiting = new WaitingPods(clock);

  let parked = 0;
  let room: Deferred<void> | undefined;
  const makeRoom = (): void => {
    room?.resolve();
    room = undefined;
  };

  const context: PluginContext = {
    client,
    informers,
    snapshot: cache,
    nominator,
    waiting,
    async park(wait) {
      parked++;
      makeRoom();
      try {
        return await wait;
      } finally {
        parked--;
      }
    },
    events,
    random,
    clock,
    filters: { run: (pod, node) => runner.whyNot(pod, node, cache) },
  };
  const runner = new FrameworkRunner((options.plugins ?? defaultPlugins)(context), nominator);
  const queue = new SchedulingQueue({
    clock,
    less: runner.less,
    preEnqueue: (pod) => runner.preEnqueue(pod),
    registrations: runner.registrations,
  });
  const scheduler = new PodScheduler({
    cache,
    queue,
    nominator,
    runner,
    selector: new NodeSelector(cache, runner, random, options.percentageOfNodesToScore),
    waiting,
    failure: createFailureHandler({ client, queue, nominator, lister: podInformer, events, clock, logger }),
    events,
    logger,
  });

  return {
    async run(signal) {
      await Promise.all(used.map((informer) => informer.whenSynced(signal))).catch(() => undefined);
      if (signal.aborted) return;
      const subscription = subscribe({
        nodes: nodeInformer,
        pods: podInformer,
        cache,
        queue,
        nominator,
        schedulerName,
        storage,
      });
      const stop = (): void => {
        queue.dispose();
        waiting.rejectAll('the scheduler is stopping');
      };
      signal.addEventListener('abort', stop, { once: true });
      const binding = new Set<Promise<void>>();
      let turnStart = clock.now();
      while (!isAborted(signal)) {
        const entry = queue.tryPop();
        if (entry === undefined) {
          await queue.whenActive();
          turnStart = clock.now();
          continue;
        }
        const going = scheduler.schedule(entry, signal);
        if (going !== undefined) {
          binding.add(going);
          void going.finally(() => {
            binding.delete(going);
            makeRoom();
          });
        }
        if (binding.size - parked >= MAX_BINDING) {
          room = createDeferred();
          await room.promise;
        }
        if (clock.now() - turnStart >= TURN_MS) {
          await new Promise((resolve) => setImmediate(resolve));
          turnStart = clock.now();
        }
      }
      subscription.dispose();
      await Promise.all(binding);
      // What was given back meanwhile has set its timers.
      queue.dispose();
    },
  };
}
