import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Node, Pod, Taint } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import type { EventRecorder } from '../client/eventRecorder.ts';
import type { InformerFactory } from '../client/informers.ts';
import type { Resources } from './amounts.ts';
import type { Nominator } from './nominator.ts';
import type { PodCounter, PodSelector } from './podCounters.ts';

/**
 * The scheduling framework's contracts (kube-scheduler `framework/interface.go`). Plugins are pure: they see the
 * cycle's snapshot and return values; expected outcomes are a Status, not an exception.
 */
export type Code =
  | 'Success'
  /** Does not fit now; preemption or a change in the cluster could help. */
  | 'Unschedulable'
  /** Does not fit whatever pods go away. */
  | 'UnschedulableAndUnresolvable'
  /** Permit only: bind later. */
  | 'Wait'
  /** This plugin has nothing to say in this cycle. */
  | 'Skip'
  | 'Error';

export interface Status {
  readonly code: Code;
  /** Upstream's words: `node(s) had untolerated taint {key: value}`, `Insufficient cpu`. */
  readonly reasons: readonly string[];
  /** Which plugin said so; the framework fills it in. */
  readonly plugin?: string;
}

/** One node and what the scheduler counts on it. Immutable within a cycle. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
  readonly pods: readonly Pod[];
  /** Those of them that have any pod affinity or anti-affinity. */
  readonly podsWithAffinity: readonly Pod[];
  /** Sum of the pods' requests: cpu in milli, memory and ephemeral-storage in bytes, others in units. */
  readonly requested: Resources;
  /** With defaults for pods that request nothing (100m, 200 MiB): what scoring uses. */
  readonly nonZeroRequested: { readonly cpu: number; readonly memory: number };
  readonly allocatable: Resources;
  /** `ip/protocol/port` in use. */
  readonly usedPorts: ReadonlySet<string>;
  /** Image name to size in bytes. */
  readonly images: ReadonlyMap<string, number>;
  /** Whether it can take one pod more that requests so much. The cheap question, for very many nodes. */
  hasRoomFor(requests: Resources): boolean;
  /** Raised with every change: what was computed from a node holds as long as this stays. */
  readonly generation: number;
  /** A copy with more pods, to try things on. */
  with(pods: Iterable<Pod>): NodeInfo;
}

/**
 * All nodes as a cycle sees them. A scheduling cycle runs without giving way to the event loop, so the scheduler's
 * own cache serves as the snapshot: nothing is copied, nothing changes while a cycle reads it.
 */
export interface Snapshot {
  /** Interleaved by zone, so that a sample of neighbours spans the zones. */
  readonly nodes: readonly NodeInfo[];
  get(name: string): NodeInfo | undefined;
  /** On how many nodes an image is. */
  nodesWithImage(image: string): number;
  /** Nodes that hold pods with any pod affinity or anti-affinity. */
  nodesWithAffinityPods(): Iterable<NodeInfo>;
  /** How many pods of a namespace match a selector, per node and topology; kept up to date from change to change. */
  counter(namespace: string, selector: PodSelector): PodCounter;
  /** Runs `action` as if these placed pods were not there: what preemption asks. Nothing else runs meanwhile. */
  without<T>(pods: readonly Pod[], action: () => T): T;
}

/** Ends the wait of a pod that a permit plugin holds. */
export interface PermitDecisions {
  allow(pod: Pod): void;
  reject(pod: Pod, plugin: string, reason: string): void;
}

/** What a plugin's factory is given. */
export interface PluginContext {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly snapshot: Snapshot;
  readonly nominator: Nominator;
  readonly waiting: PermitDecisions;
  /** For a preBind that waits for others: while it does, it takes no place of those that may bind at once. */
  park<T>(wait: Promise<T>): Promise<T>;
  readonly filters: FilterRunner;
  readonly events: EventRecorder;
  readonly random: Random;
  readonly clock: Clock;
}

export interface FilterRunner {
  /** Why a pod does not fit a node as things are: all preFilters and filters, with the pods promised to the node. */
  run(pod: Pod, node: NodeInfo): Status | undefined;
}

/** A scratchpad of one cycle: what preFilter computed, filter and score read. */
export interface CycleState {
  /** Names of plugins whose preFilter said `Skip`. */
  readonly skipFilter: ReadonlySet<string>;
  read<T>(key: string): T | undefined;
  write(key: string, value: unknown): void;
}

export type ClusterAction =
  | 'Add'
  | 'Delete'
  | 'UpdateLabels'
  | 'UpdateTaints'
  | 'UpdateTolerations'
  | 'UpdateGatesEliminated'
  | 'UpdateAllocatable'
  | 'UpdateConditions'
  | 'UpdateScaleDown'
  /** As a registration: any update. As an event: an update that is none of the above. */
  | 'Update';

/**
 * A change of the cluster that could make a rejected pod schedulable. `Pod` is a pod that waits for a node (as an
 * event: the very pod whose plugins are asked); in a registration it stands for assigned pods as well.
 */
export interface ClusterEvent {
  readonly resource: 'Pod' | 'AssignedPod' | 'Node' | 'Service' | 'Namespace' | StorageResource | '*';
  readonly actions: readonly ClusterAction[];
}

/** What volumes are made of, and what is known of them. */
export type StorageResource =
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSIDriver'
  | 'CSINode'
  | 'CSIStorageCapacity';

/** `Queue`: worth another try. `QueueSkip`: this event does not help this pod. */
export type QueueingHint = 'Queue' | 'QueueSkip';

export interface EventRegistration {
  readonly event: ClusterEvent;
  /** Without it every such event queues the pod. */
  hint?(pod: Pod, old: unknown, current: unknown): QueueingHint;
}

/** Methods are optional: a plugin takes part in the extension points that it has. `undefined` as Status is success. */
export interface Plugin {
  readonly name: string;
  events?(): readonly EventRegistration[];
  preEnqueue?(pod: Pod): Status | undefined;
  /** True when `a` goes before `b`. Exactly one plugin has it. */
  less?(a: QueuedPod, b: QueuedPod): boolean;
  /** May narrow the nodes to a set of names. `Skip` leaves this plugin's filter out of the cycle. */
  preFilter?(
    state: CycleState,
    pod: Pod,
    snapshot: Snapshot,
  ): { status?: Status; nodes?: ReadonlySet<string> } | undefined;
  filter?(state: CycleState, pod: Pod, node: NodeInfo): Status | undefined;
  postFilter?(
    state: CycleState,
    pod: Pod,
    failed: ReadonlyMap<string, Status>,
    signal: AbortSignal,
  ): Promise<{ nominatedNode?: string; status: Status }>;
  /** `Skip` where every node would get the same score. */
  preScore?(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]): Status | undefined;
  /** Any number; `normalize` brings all (one for each of `nodes`, in place) to 0..100 before weights. */
  score?(state: CycleState, pod: Pod, node: NodeInfo): number;
  normalize?(state: CycleState, pod: Pod, nodes: readonly NodeInfo[], scores: Float64Array): void;
  reserve?(state: CycleState, pod: Pod, node: string): Status | undefined;
  unreserve?(state: CycleState, pod: Pod, node: string): void;
  permit?(state: CycleState, pod: Pod, node: string): { status: Status; timeoutMs?: number } | undefined;
  preBind?(state: CycleState, pod: Pod, node: string, signal: AbortSignal): Promise<Status | undefined>;
  bind?(state: CycleState, pod: Pod, node: string, signal: AbortSignal): Promise<Status | undefined>;
  postBind?(state: CycleState, pod: Pod, node: string): void;
}

export interface QueuedPod {
  readonly pod: Pod;
  /** When it came into the queue, ms. */
  readonly timestamp: number;
  readonly attempts: number;
}
