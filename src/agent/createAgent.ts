import { setMaxListeners } from 'node:events';
import { untilAborted } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { nodes, pods as podResource, services } from '../api/resources.ts';
import type { Node, Service } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import { createEventRecorder } from '../client/eventWriter.ts';
import { createInformerFactory, type RunningInformerFactory } from '../client/informerFactory.ts';
import type { Informer } from '../client/informer.ts';
import { systemProcesses } from '../host/processes.ts';
import type { ClusterSettings, NodeSettings } from '../protocol/agentLink.ts';
import { objectionTo } from './admission/index.ts';
import { duUsage } from './eviction/diskUsage.ts';
import { createEvictionManager } from './eviction/evictionManager.ts';
import { createStorageMeter } from './server/metrics/storage.ts';
import { createNodePressure } from './eviction/nodePressure.ts';
import { createUsageMeter } from './eviction/podUsage.ts';
import { reclaimDisk } from './eviction/reclaim.ts';
import type { HostResolver } from './hooks/dnsConfig.ts';
import { type Hooks, nodeHooks } from './hooks/index.ts';
import { containerResources } from './hooks/resources.ts';
import { sandboxConfig } from './hooks/sandboxConfig.ts';
import { podFilesAt } from './hooks/terminationLog.ts';
import { createLifecycleRunner } from './lifecycle/handlers.ts';
import type { AgentHandlers } from './link/link.ts';
import { heartbeat } from './node/heartbeat.ts';
import type { Machine } from './node/machineInfo.ts';
import { createNodeReporter } from './node/nodeReporter.ts';
import type { ReadinessSource } from './node/readiness.ts';
import { createObjectStore } from './objects/objectStore.ts';
import type { AgentPart } from './part.ts';
import { type AgentPaths, agentPathsAt } from './paths.ts';
import { resizeRefusal } from './pods/admission.ts';
import { createContainerKiller } from './pods/containerKiller.ts';
import { createContainerStarter } from './pods/containerStarter.ts';
import { createPodBus } from './pods/podBus.ts';
import { noPodFiles } from './pods/podFiles.ts';
import { createPodFreshness } from './pods/podFreshness.ts';
import { createPodManager } from './pods/podManager.ts';
import { createPodRecords } from './pods/podRecords.ts';
import { createPodReporter } from './pods/podReporter.ts';
import { createPodResize } from './pods/podResize.ts';
import { createPodSync } from './pods/podSync.ts';
import { createPodTermination } from './pods/podTermination.ts';
import { createRuntimeView } from './pods/runtimeView.ts';
import { createSemaphore } from './pods/semaphore.ts';
import { createStatusManager } from './pods/statusManager.ts';
import { createUserNamespaces } from './pods/userNamespaces.ts';
import { createProbeManager } from './probes/probeManager.ts';
import { createProber, type Prober } from './probes/prober.ts';
import type { Runtime } from './runtime/contract.ts';
import { createAgentServer } from './server/agentServer.ts';
import { fileLogs, type LogSource } from './server/logReader.ts';
import { withLocalVolumes } from './server/localVolumesHandler.ts';
import { logRotation } from './server/logRotation.ts';
import { createLocalVolumes } from './volumes/localVolumes.ts';

export interface AgentOptions {
  /** Acts as `system:node:NAME`. */
  readonly client: Client;
  readonly nodeName: string;
  readonly runtime: Runtime;
  readonly machine: Machine;
  readonly settings: NodeSettings;
  readonly cluster: ClusterSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Where the node keeps files; missing for a simulated node, whose pods have no volumes, hosts files or logs. */
  readonly paths?: AgentPaths | undefined;
  /** The node's own resolver. Default: none. */
  readonly resolver?: HostResolver;
  /** Missing: ready from the beginning. */
  readonly network?: ReadinessSource | undefined;
  /** All services of the cluster, where the process has an informer of them that runs already. Default: the agent's own. */
  readonly services?: Informer<Service>;
  /** Default: real probes; a simulated node answers those over the network itself. */
  readonly prober?: Prober;
  /** Default: the files that the runtime writes. */
  readonly logs?: LogSource;
  /** The time of day has jumped. Missing where nobody sets it. */
  readonly onClockSet?: Event<undefined>;
  /** Sandboxes made at the same time. Default 8. */
  readonly parallelSandboxes?: number;
}

export interface Agent {
  /** Runs the node until the signal aborts; pods live on. Resolves when everything has stopped, and never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** What the control plane may ask over the link. */
  readonly handlers: AgentHandlers;
  /** Resolves with the Node object once the node is registered. */
  registered(): Promise<Node>;
  /** The node's addresses or images may have changed. */
  refreshNode(): void;
}

const PARALLEL_SANDBOXES = 8;
/** When the control plane comes back (an editor that was closed is opened), nodes see its news this soon. */
const MAX_RETRY_MS = 3_000;
const NO_RESOLVER: HostResolver = { servers: [], searches: [], options: [] };

/** Builds a node's agent from its parts. Nothing runs before `run`. */
export function createAgent(options: AgentOptions): Agent {
  const { client, nodeName, runtime, machine, settings, cluster, clock, random, logger, paths, network } =
    options;
  const abort = new AbortController();
  // Every part listens to this one, for as long as the agent lives.
  setMaxListeners(0, abort.signal);
  const own = { client, clock, logger, random: () => random.number() };
  const recorder = createEventRecorder({ ...own, component: 'kubelet', host: nodeName });

  // What the agent follows in the API.
  const watching = { ...own, maxRetryMs: MAX_RETRY_MS };
  const informers = createInformerFactory(watching);
  const pods = informers.for(podResource, { fieldSelector: `spec.nodeName=${nodeName}` });
  const node = informers.for(nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const serviceInformer = options.services ?? informers.for(services);
  const objects = createObjectStore(watching);

  // The node.
  const freshness = createPodFreshness();
  const diskUsage = duUsage(systemProcesses, clock);
  const pressure = createNodePressure({ machine, clock });
  const reporter = createNodeReporter({
    ...own,
    nodeName,
    runtime,
    machine,
    settings,
    recorder,
    nodes: node,
    pressure,
    sources: [freshness, ...(network === undefined ? [] : [network])],
  });
  const hostIPs = (): readonly string[] => reporter.addresses().slice(0, 1);

  // What pods are and what is known of them.
  const bus = createPodBus();
  const records = createPodRecords();
  const files = paths === undefined ? noPodFiles : podFilesAt(paths);
  const statuses = createStatusManager({ ...own, signal: abort.signal });
  const view = createRuntimeView({ runtime, clock, logger, files, bus });
  const prober = options.prober ?? createProber({ runtime, clock });
  const probes = createProbeManager({ prober, clock, logger, recorder, bus });
  const report = createPodReporter({
    runtimeName: runtime.name,
    view,
    probes,
    statuses,
    freshness,
    clock,
    hostIPs,
  });

  // What is done to them.
  const lifecycle = createLifecycleRunner({ runtime, clock });
  const users = createUserNamespaces(paths ?? agentPathsAt());
  const localVolumes = createLocalVolumes(paths);
  const hooks: Hooks = nodeHooks({
    localVolumes,
    node: () => node.list()[0],
    users,
    client,
    objects,
    images: runtime.images,
    recorder,
    clock,
    logger,
    cluster,
    paths,
    onClockSet: options.onClockSet,
    services: (namespace) => serviceInformer.list(namespace),
    sources: () => ({ hostIPs: hostIPs(), allocatable: reporter.allocatable() }),
    memoryCapacity: () => reporter.memoryCapacity(),
    podIPs: (uid) => view.forPod(uid)[0]?.ips ?? [],
    bus,
  });
  const acting = { runtime, view, clock, logger, recorder };
  const killer = createContainerKiller({ ...acting, lifecycle });
  const starter = createContainerStarter({ ...acting, lifecycle, killer, hooks: hooks.containers, hostIPs });
  const resize = createPodResize({
    ...acting,
    resourcesOf: (pod, container) => containerResources(pod, container, reporter.memoryCapacity()),
    refusal: (pod, others) => resizeRefusal(pod, others, reporter.allocatable()),
  });
  const sync = createPodSync({
    ...acting,
    probes,
    killer,
    starter,
    resize,
    report,
    hooks: hooks.pods,
    sandboxSlots: createSemaphore(options.parallelSandboxes ?? PARALLEL_SANDBOXES),
    sandboxConfig: (pod, attempt) =>
      sandboxConfig(pod, attempt, {
        logRoot: paths?.logs ?? '/var/log/pods',
        cluster,
        users: users.of(pod.metadata.uid),
        resolver: options.resolver ?? NO_RESOLVER,
      }),
    networkReady: (signal) => whenReady(network, signal),
    hostIP: () => hostIPs()[0] ?? '',
  });
  const termination = createPodTermination({
    ...acting,
    probes,
    killer,
    statuses,
    hooks: hooks.pods,
    files,
    report,
  });
  const manager = createPodManager({
    ...acting,
    bus,
    records,
    pods,
    statuses,
    freshness,
    sync,
    termination,
    resize,
    starter,
    report,
    mayStart: async (signal) => {
      const known = [serviceInformer.whenSynced(signal), node.whenSynced(signal)];
      await Promise.all([...known, untilAborted(reporter.registered(), signal)]);
    },
    admit: (pod, others) =>
      objectionTo(pod, others, {
        node: node.list()[0],
        allocatable: reporter.allocatable(),
        // containerd runs without it on all nodes.
        hasAppArmor: false,
        pressure: pressure.conditions,
      }),
  });

  /** Started in this order, and closed in reverse. */
  const parts: readonly AgentPart[] = [
    { run: idle, close: () => recorder.flushed() },
    informersPart(informers),
    { run: idle, close: () => objects.stop() },
    { run: idle, close: () => statuses.settled() },
    ...hooks.pods.map((hook) => ({ run: idle, close: async () => hook.close?.() })),
    { run: idle, close: () => probes.stop() },
    reporter,
    heartbeat({ ...own, nodeName }, reporter.registered()),
    view,
    manager,
    createEvictionManager({
      clock,
      logger,
      recorder,
      pressure,
      node: () => node.list()[0],
      pods: () => records.active(''),
      reclaim: () => reclaimDisk({ runtime, view, records, logger }),
      evict: (uid, failure) => manager.evict(uid, failure),
      measure: createUsageMeter({ runtime, view, paths, diskUsage }),
    }),
    ...(paths === undefined ? [] : [logRotation({ runtime, view, clock, logger })]),
  ];

  return {
    handlers: withLocalVolumes(
      createAgentServer({
        ...acting,
        bus,
        pods: records,
        probes,
        nodeName,
        cluster,
        machine,
        logs: options.logs ?? fileLogs,
        ownProcess: process,
        paths,
        storage:
          paths === undefined || hooks.volumes === undefined
            ? undefined
            : createStorageMeter({
                pods: () => records.pods(),
                volumesOf: hooks.volumes.of,
                diskUsage,
                paths,
                clock,
                signal: abort.signal,
              }),
      }),
      (volume) => localVolumes.remove(volume),
      logger,
    ),
    registered: () => reporter.registered(),
    refreshNode: () => reporter.refresh(),
    async run(signal) {
      const stop = (): void => abort.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await Promise.all(
        parts.map((part) =>
          part.run(abort.signal).catch((error: unknown) => {
            if (!abort.signal.aborted) logger.error('a part of the agent has ended', { error });
          }),
        ),
      );
      signal.removeEventListener('abort', stop);
      for (const part of parts.toReversed()) await part.close?.();
    },
  };
}

function informersPart(informers: RunningInformerFactory): AgentPart {
  return {
    run(signal) {
      informers.start(signal);
      return Promise.resolve();
    },
    close: () => informers.stopped(),
  };
}

/** For parts that only have to be closed. */
const idle = (): Promise<void> => Promise.resolve();

function whenReady(source: ReadinessSource | undefined, signal: AbortSignal): Promise<void> {
  if (source === undefined || source.readiness.ready) return Promise.resolve();
  const ready = new Promise<void>((resolve) => {
    const subscription = source.onChange(() => {
      if (!source.readiness.ready) return;
      subscription.dispose();
      resolve();
    });
  });
  return untilAborted(ready, signal);
}
