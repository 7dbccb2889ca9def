import { ownProperty } from '../../base/ownProperty.ts';
import { exponentialBackoff } from '../../base/backoff.ts';
import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import { DisposableStore } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { nodes } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound } from '../../api/status.ts';
import type { Node, NodeCondition } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Client } from '../../client/contract.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { Informer } from '../../client/informer.ts';
import type { NodeSettings } from '../../protocol/agentLink.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { NodePressure } from '../eviction/nodePressure.ts';
import type { AgentPart } from '../part.ts';
import type { Machine, MachineInfo } from './machineInfo.ts';
import {
  allocatableOf,
  capacityOf,
  daemonEndpoints,
  nodeAddresses,
  nodeConditions,
  nodeImages,
  nodeInfo,
  nodeLabels,
  type Quantities,
  runtimeFeatures,
} from './nodeStatus.ts';
import { combinedReadiness, pastStart, type ReadinessSource } from './readiness.ts';

/** Registers the node and keeps its status true. */
export interface NodeReporter extends AgentPart {
  /** Resolves once the Node object is there; its uid is known then. */
  registered(): Promise<Node>;
  /** Something that the status tells may have changed: addresses, readiness, images. */
  refresh(): void;
  /** The node's own and what others declared. */
  allocatable(): Quantities;
  /** The node's addresses as they were reported last. */
  addresses(): readonly string[];
  memoryCapacity(): number;
}

export interface NodeReporterOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly runtime: Runtime;
  readonly machine: Machine;
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  /** This node in the API. */
  readonly nodes: Pick<Informer<Node>, 'addHandler' | 'resourceVersion'>;
  readonly sources: readonly ReadinessSource[];
  readonly pressure: NodePressure;
}

/** As kubelet's nodeStatusReportFrequency; between those only changes are written. */
export const REPORT_MS = 300_000;
/** Levels of memory and storage are looked at this often, as kubelet's nodeStatusUpdateFrequency. */
export const CHECK_MS = 10_000;
/** As kubelet's maxWaitForContainerRuntime: a runtime that is started again makes no node not ready. */
const RUNTIME_SILENCE_MS = 30_000;
const RETRY = exponentialBackoff({ initialMs: 100, maxMs: 7_000 });
const NOT_READY_TAINT = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

export function createNodeReporter(options: NodeReporterOptions): NodeReporter {
  const { client, nodeName, runtime, machine, settings, sources, pressure } = options;
  const { clock, logger, recorder } = options;
  const registration = createDeferred<Node>();
  let info: MachineInfo | undefined;
  let current: Node | undefined;
  let reportedAt = -Infinity;
  /** When the runtime has answered last. */
  let answeredAt = -Infinity;
  let wakeUp: (() => void) | undefined;
  let isDirty = true;

  const declared = settings.capacity ?? {};
  // The kernel answers only while nobody changes the network, and somebody does all the time while pods come: do not
  // ask for each pod.
  let addresses = machine.addresses();
  const capacity = (): Quantities => (info === undefined ? declared : capacityOf(info, declared));
  /** Resources that others declared in the node's status: devices, licences. */
  const foreign = (): Quantities => {
    const own = capacity();
    return Object.fromEntries(
      Object.entries(current?.status?.capacity ?? {}).filter(([name]) => !Object.hasOwn(own, name)),
    );
  };
  const allocatable = (): Quantities => ({
    ...foreign(),
    ...(info === undefined ? declared : allocatableOf(capacity(), info, declared)),
  });

  const wantedStatus = async (machineInfo: MachineInfo): Promise<Record<string, unknown>> => {
    const [, images, version] = await Promise.all([
      pressure.check(),
      runtime.images.list().catch(() => []),
      runtime.version().catch(() => undefined),
    ]);
    addresses = machine.addresses();
    if (version !== undefined) answeredAt = clock.monotonic();
    const isDown = clock.monotonic() - answeredAt > RUNTIME_SILENCE_MS;
    const readiness = isDown
      ? { ready: false, message: 'container runtime is down' }
      : combinedReadiness(sources);
    const seenVersion = current?.status?.nodeInfo?.containerRuntimeVersion ?? '';
    return {
      capacity: { ...foreign(), ...capacity() },
      // Resources of others are allocatable as long as they are in the capacity (kubelet `nodestatus/setters.go`).
      allocatable: { ...goneFrom(current?.status?.allocatable, allocatable()), ...allocatable() },
      addresses: nodeAddresses(addresses, nodeName),
      conditions: nodeConditions(
        current?.status?.conditions ?? [],
        pressure.conditions,
        readiness,
        clock.now(),
      ),
      nodeInfo: nodeInfo(
        machineInfo,
        version === undefined ? seenVersion : `${version.name}://${version.version.replace(/^v/, '')}`,
      ),
      daemonEndpoints,
      ...runtimeFeatures,
      images: nodeImages(images),
    };
  };

  const register = async (signal: AbortSignal): Promise<void> => {
    info = await machine.info();
    await pastStart(sources, true, clock, signal);
    const labels = nodeLabels(nodeName, info, settings.labels);
    const status = await wantedStatus(info);
    const isReady = (status['conditions'] as NodeCondition[]).some(
      ({ type, status: is }) => type === 'Ready' && is === 'True',
    );
    try {
      current = await client.create(
        nodes,
        {
          metadata: { name: nodeName, labels },
          spec: {
            ...(settings.providerID === undefined ? {} : { providerID: settings.providerID }),
            ...(isReady ? {} : { taints: [{ ...NOT_READY_TAINT }] }),
          },
          status,
        },
        { signal },
      );
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      current = await client.get(nodes, { name: nodeName }, { signal });
      const patch = { metadata: { labels } };
      if (!equal({ ...current.metadata.labels, ...labels }, current.metadata.labels)) {
        current = await client.patch(nodes, { name: nodeName }, 'application/merge-patch+json', patch, {
          signal,
        });
      }
    }
    recorder.event(current, 'Normal', 'Starting', 'Starting kubelet.');
    registration.resolve(current);
  };

  const report = async (signal: AbortSignal): Promise<void> => {
    if (info === undefined || current === undefined) return;
    if (reportedAt === -Infinity) await pastStart(sources, false, clock, signal);
    const wanted = await wantedStatus(info);
    const isDue = clock.monotonic() - reportedAt >= REPORT_MS;
    const patch = statusPatch(current, wanted, isDue);
    if (patch === undefined) return;
    announce(current, wanted['conditions'] as NodeCondition[]);
    current = await client.patch(nodes, { name: nodeName }, 'application/strategic-merge-patch+json', patch, {
      subresource: 'status',
      signal,
    });
    reportedAt = clock.monotonic();
  };

  const announce = (node: Node, conditions: readonly NodeCondition[]): void => {
    const before = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const after = conditions.find(({ type }) => type === 'Ready')?.status;
    if (before === after) return;
    const reason = after === 'True' ? 'NodeReady' : 'NodeNotReady';
    recorder.event(node, 'Normal', reason, `Node ${nodeName} status is now: ${reason}`);
  };

  const wait = async (signal: AbortSignal): Promise<void> => {
    if (isDirty || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.dispose();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.timeout(CHECK_MS, done);
      signal.addEventListener('abort', done, { once: true });
      wakeUp = done;
    });
  };

  const refresh = (): void => {
    isDirty = true;
    wakeUp?.();
  };
  /** The API shows the node so, in a cache that has come to this revision. */
  const seen = (node: Node | undefined, revision: string): void => {
    if (current === undefined) return;
    const own = current.metadata.resourceVersion;
    // What was written here, or what was before it. Not the object's own revision tells so, but the cache's: a store
    // that was put back shows an object with a lower one than was known, and that is how it is now.
    if (node?.metadata.resourceVersion === own || (node !== undefined && BigInt(revision) < BigInt(own)))
      return;
    current = node;
    refresh();
  };

  return {
    async run(signal) {
      const store = new DisposableStore();
      for (const source of sources) store.add(source.onChange(refresh));
      store.add(pressure.onChange(refresh));
      const { nodes: informer } = options;
      store.add(
        informer.addHandler({
          onAdd: (node) => seen(node, informer.resourceVersion),
          onUpdate: (node) => seen(node, informer.resourceVersion),
          onDelete: () => seen(undefined, informer.resourceVersion),
        }),
      );
      let backoff = RETRY;
      while (!signal.aborted) {
        try {
          isDirty = false;
          if (current === undefined) await register(signal);
          await report(signal);
          backoff = RETRY;
          await wait(signal);
        } catch (error) {
          if (isAborted(signal)) break;
          // Somebody deleted the Node object: it comes back with the next round.
          if (isNotFound(error)) current = undefined;
          logger.warn('node status not written', { error });
          await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
          backoff = backoff.next();
        }
      }
      store.dispose();
    },
    registered: () => registration.promise,
    refresh,
    allocatable,
    addresses: () => addresses,
    memoryCapacity: () => info?.memoryBytes ?? 1,
  };
}

/**
 * The difference to the wanted status, as a strategic merge patch; heartbeat times alone are worth a write when due.
 */
function statusPatch(node: Node, wanted: Record<string, unknown>, isDue: boolean): object | undefined {
  const old = (node.status ?? {}) as Record<string, unknown>;
  const changed = Object.entries(wanted).filter(([name, value]) => {
    if (name === 'conditions') return isDue || !equal(withoutTimes(old[name]), withoutTimes(value));
    if (name === 'capacity' || name === 'allocatable') {
      return Object.entries(value as Quantities).some(
        ([key, amount]) => ownProperty((old[name] ?? {}) as Quantities, key) !== amount,
      );
    }
    return !equal(old[name], value);
  });
  if (changed.length === 0) return undefined;
  const status = Object.fromEntries(changed);
  // Addresses merge by type: an address that is gone must go.
  if (Array.isArray(status['addresses']))
    status['addresses'] = [...(status['addresses'] as object[]), { $patch: 'replace' }];
  return { status };
}

/** The keys of a map that its successor lacks, as a merge patch removes them. */
function goneFrom(old: Quantities | undefined, now: Quantities): Readonly<Record<string, null>> {
  const gone = Object.keys(old ?? {}).filter((name) => !Object.hasOwn(now, name));
  return Object.fromEntries(gone.map((name) => [name, null]));
}

function withoutTimes(conditions: unknown): unknown {
  return ((conditions ?? []) as readonly NodeCondition[])
    .filter(({ type }) => OWN_CONDITIONS.has(type))
    .map(({ type, status, reason, message }) => [type, status, reason, message])
    .sort();
}

const OWN_CONDITIONS = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']);
