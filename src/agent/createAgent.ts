import { untilAborted } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { nodes, pods, services } from '../api/resources.ts';
import type { Node, Pod, Service } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import { createEventRecorder } from '../client/eventWriter.ts';
import { createInformerFactory } from '../client/informerFactory.ts';
import type { Informer } from '../client/informer.ts';
import type { ClusterSettings, NodeSettings } from '../protocol/agentLink.ts';
import type { HostResolver } from './hooks/dnsConfig.ts';
import { containerHooks, type HookOptions, podHooks, simulatedContainerHooks } from './hooks/index.ts';
import { containerResources } from './hooks/resources.ts';
import { sandboxConfig } from './hooks/sandboxConfig.ts';
import { createLifecycleRunner } from './lifecycle/handlers.ts';
import type { AgentHandlers } from './link/link.ts';
import { runHeartbeat } from './node/heartbeat.ts';
import { objectionTo } from './admission/index.ts';
import type { Machine } from './node/machineInfo.ts';
import { createNodeReporter } from './node/nodeReporter.ts';
import type { NodeReadiness } from './node/nodeStatus.ts';
import { createObjectStore } from './objects/objectStore.ts';
import { type AgentPaths, agentPathsAt } from './paths.ts';
import { createContainerKiller } from './pods/containerKiller.ts';
import { createContainerStarter } from './pods/containerStarter.ts';
import { resizeRefusal } from './pods/admission.ts';
import { noPodFiles } from './pods/podFiles.ts';
import { createPodManager, type PodManager } from './pods/podManager.ts';
import { createPodResize } from './pods/podResize.ts';
import { createUserNamespaces } from './pods/userNamespaces.ts';
import { createPodSync, type PodSync } from './pods/podSync.ts';
import { createRuntimeView } from './pods/runtimeView.ts';
import { createSemaphore } from './pods/semaphore.ts';
import { createStatusManager } from './pods/statusManager.ts';
import { createProbeManager } from './probes/probeManager.ts';
import { createProber, type Prober } from './probes/prober.ts';
import type { Runtime } from './runtime/contract.ts';
import { createAgentServer } from './server/agentServer.ts';
import { fileLogs, type LogSource } from './server/logReader.ts';
import { rotateLogs } from './server/logRotation.ts';
import { podFilesAt } from './hooks/terminationLog.ts';
import { createVolumeManager, type VolumeManager } from './volumes/volumeManager.ts';

/** The pod network of a node, as far as pods have to wait for it. */
export interface AgentNetwork {
  readonly readiness: NodeReadiness;
  /** Called once with each change of `readiness`. */
  onChange(listener: () => void): void;
}

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
  readonly network?: AgentNetwork | undefined;
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
  /** Runs the node until the signal aborts; pods live on. Never rejects; resolves when everything has stopped. */
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
const READY: NodeReadiness = { ready: true, message: '' };

/** Builds a node's agent from its parts. Nothing runs before `run`. */
export function createAgent(options: AgentOptions): Agent {
  const { client, nodeName, runtime, machine, cluster, clock, random, logger, paths, network } = options;
  const abort = new AbortController();
  const recorder = createEventRecorder({
    client,
    clock,
    logger,
    component: 'kubelet',
    host: nodeName,
    random: () => random.number(),
  });
  const watching = { client, clock, logger, random: () => random.number(), maxRetryMs: MAX_RETRY_MS };
  const informers = createInformerFactory(watching);
  const podInformer = informers.for(pods, { fieldSelector: `spec.nodeName=${nodeName}` });
  const nodeInformer = informers.for(nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const serviceInformer = options.services ?? informers.for(services);
  const objects = createObjectStore(watching);
  const hostIPs = (): readonly string[] => reporter.addresses().slice(0, 1);

  const reporter = createNodeReporter({
    client,
    nodeName,
    runtime,
    machine,
    settings: options.settings,
    clock,
    logger,
    recorder,
    readiness: () => network?.readiness ?? READY,
  });
  const files = paths === undefined ? noPodFiles : podFilesAt(paths);
  const statuses = createStatusManager({ client, clock, logger, signal: abort.signal });
  const view = createRuntimeView({
    runtime,
    clock,
    logger,
    terminationMessage: (pod, container) => files.terminationMessage(pod, container),
    onChange: (uid) => manager.changed(uid),
  });
  const probes = createProbeManager({
    prober: options.prober ?? createProber({ runtime, clock }),
    clock,
    logger,
    recorder,
    onChange: (uid) => manager.changed(uid),
  });
  const lifecycle = createLifecycleRunner({ runtime, clock });
  const users = createUserNamespaces(paths ?? agentPathsAt());
  const hookOptions: HookOptions = {
    users,
    objects,
    images: runtime.images,
    recorder,
    clock,
    cluster,
    services: (namespace) => serviceInformer.list(namespace),
    sources: () => ({ hostIPs: hostIPs(), allocatable: reporter.allocatable() }),
    memoryCapacity: () => reporter.memoryCapacity(),
    wake: (uid) => manager.retry(uid),
  };
  const volumes: VolumeManager | undefined =
    paths &&
    createVolumeManager({
      paths,
      users,
      objects,
      client,
      clock,
      logger,
      onClockSet: options.onClockSet,
      sources: () => hookOptions.sources(),
      podIPs: (uid) => view.forPod(uid)[0]?.ips ?? [],
    });
  const ofPods = paths && volumes ? podHooks(hookOptions, paths, volumes) : [];
  const ofContainers =
    paths && volumes ? containerHooks(hookOptions, paths, volumes) : simulatedContainerHooks(hookOptions);

  const killer = createContainerKiller({ runtime, clock, logger, recorder, lifecycle });
  const starter = createContainerStarter({
    runtime,
    clock,
    logger,
    recorder,
    lifecycle,
    killer,
    hooks: ofContainers,
    hostIPs,
  });
  const resize = createPodResize({
    runtime,
    recorder,
    resourcesOf: (pod, container) => containerResources(pod, container, reporter.memoryCapacity()),
    refusal: (pod, others) => resizeRefusal(pod, others, reporter.allocatable()),
  });
  const sync: PodSync = createPodSync({
    runtime,
    view,
    probes,
    killer,
    starter,
    resize,
    recorder,
    clock,
    logger,
    hooks: ofPods,
    sandboxSlots: createSemaphore(options.parallelSandboxes ?? PARALLEL_SANDBOXES),
    sandboxConfig: (pod, attempt) =>
      sandboxConfig(pod, attempt, {
        logRoot: paths?.logs ?? '/var/log/pods',
        cluster,
        users: users.of(pod.metadata.uid),
        resolver: options.resolver ?? { servers: [], searches: [], options: [] },
      }),
    networkReady: (signal) => whenReady(network, signal),
    hostIP: () => hostIPs()[0] ?? '',
    report: (record) => manager.report(record),
  });
  const manager: PodManager = createPodManager({
    runtime,
    view,
    probes,
    statuses,
    killer,
    starter,
    resize,
    recorder,
    clock,
    logger,
    hooks: ofPods,
    files,
    hostIPs,
    admit: (pod, others) =>
      objectionTo(pod, others, {
        node: nodeInformer.list()[0],
        allocatable: reporter.allocatable(),
        // containerd runs without it on all nodes.
        hasAppArmor: false,
      }),
    sync: () => sync,
  });
  const handlers = createAgentServer({
    runtime,
    view,
    pods: manager,
    probes,
    logger,
    nodeName,
    cluster,
    clock,
    machine,
    logs: options.logs ?? fileLogs,
    ownProcess: process,
    paths,
  });

  return {
    handlers,
    registered: () => reporter.registered(),
    refreshNode: () => reporter.refresh(),
    async run(signal) {
      const stop = (): void => abort.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      network?.onChange(() => reporter.refresh());
      nodeInformer.addHandler({
        onAdd: (node) => reporter.seen(node, nodeInformer.resourceVersion),
        onUpdate: (node) => reporter.seen(node, nodeInformer.resourceVersion),
        onDelete: () => reporter.seen(undefined, nodeInformer.resourceVersion),
      });
      const registered = untilAborted(reporter.registered(), abort.signal);
      const work = [
        reporter.run(abort.signal),
        runHeartbeat({ client, nodeName, clock, logger }, registered, abort.signal),
        runPods(),
        ...(paths === undefined ? [] : [rotateLogs({ runtime, view, clock, logger }, abort.signal)]),
      ];
      await Promise.all(work.map((part) => part.catch((error: unknown) => reportEnd(error))));
      signal.removeEventListener('abort', stop);
      await manager.stop();
      await Promise.all([probes.stop(), statuses.settled(), ...ofPods.map((hook) => hook.close?.())]);
      await objects.stop();
      await informers.stopped();
      await recorder.flushed();
    },
  };

  /** The runtime is read before the API's pods are looked at: what runs must not be started twice. */
  async function runPods(): Promise<void> {
    const { signal } = abort;
    const events = view.run(signal);
    await untilAborted(view.synced, signal);
    informers.start(signal);
    await Promise.all([
      serviceInformer.whenSynced(signal),
      nodeInformer.whenSynced(signal),
      untilAborted(reporter.registered(), signal),
    ]);
    podInformer.addHandler({
      onAdd: (pod: Pod) => manager.put(pod),
      onUpdate: (pod: Pod) => manager.put(pod),
      onDelete: (pod: Pod) => manager.gone(pod),
    });
    await podInformer.whenSynced(signal);
    manager.synced();
    await events;
  }

  function reportEnd(error: unknown): void {
    if (!abort.signal.aborted) logger.error('a part of the agent has ended', { error });
  }
}

function whenReady(network: AgentNetwork | undefined, signal: AbortSignal): Promise<void> {
  if (network === undefined || network.readiness.ready) return Promise.resolve();
  const ready = new Promise<void>((resolve) => {
    network.onChange(() => {
      if (network.readiness.ready) resolve();
    });
  });
  return untilAborted(ready, signal);
}
