import { canonicalQuantity } from '../../api/quantity.ts';
import { timeOf } from '../../api/time.ts';
import type { Node, NodeAddress, NodeCondition } from '../../api/types.ts';
import type { ImageStatus } from '../runtime/contract.ts';
import {
  MEMORY_THRESHOLD_BYTES,
  type PressureCondition,
  STORAGE_THRESHOLD_BYTES,
} from '../eviction/thresholds.ts';
import type { MachineInfo } from './machineInfo.ts';

export const KUBELET_VERSION = 'v1.36.0';
export const MAX_PODS = 110;
const MAX_IMAGES = 50;
const MAX_NAMES_PER_IMAGE = 5;
const KUBELET_PORT = 10_250;

export type Quantities = Readonly<Record<string, string>>;

export interface NodeReadiness {
  readonly ready: boolean;
  /** Why not. */
  readonly message: string;
  /** Not ready because the agent has just started, or because the Node object has just been made: soon it will be. */
  readonly waitsFor?: 'start' | 'node';
}

/** Declared capacity counts before what the machine shows: container nodes all show the host's. */
export function capacityOf(info: MachineInfo, declared: Quantities): Quantities {
  return canonical({
    cpu: String(info.cpus),
    memory: `${Math.floor(info.memoryBytes / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(info.storageBytes / 1024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    pods: String(MAX_PODS),
    ...declared,
  });
}

/** As the API gives them back: what differs in writing alone is no change. */
const canonical = (quantities: Quantities): Quantities =>
  Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, canonicalQuantity(text)]));

/** The capacity that pods may use: all but the amount at which evictions begin. */
export function allocatableOf(capacity: Quantities, info: MachineInfo, declared: Quantities): Quantities {
  const memory = Math.max(info.memoryBytes - MEMORY_THRESHOLD_BYTES, 0);
  const storage = Math.max(info.storageBytes - STORAGE_THRESHOLD_BYTES, 0);
  return canonical({
    ...capacity,
    memory: `${Math.floor(memory / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(storage / 1024)}Ki`,
    ...declared,
  });
}

export function nodeAddresses(addresses: readonly string[], nodeName: string): NodeAddress[] {
  return [
    ...addresses.slice(0, 1).map((address) => ({ type: 'InternalIP', address })),
    { type: 'Hostname', address: nodeName },
  ];
}

/** The conditions with texts as kubelet's `nodestatus/setters.go`; `now` in ms. */
export function nodeConditions(
  old: readonly NodeCondition[],
  pressure: ReadonlySet<PressureCondition>,
  readiness: NodeReadiness,
  now: number,
): NodeCondition[] {
  const time = timeOf(now);
  const make = (type: string, isTrue: boolean, reason: string, message: string): NodeCondition => {
    const status = isTrue ? 'True' : 'False';
    const before = old.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? time) : time;
    return { type, status, lastHeartbeatTime: time, lastTransitionTime, reason, message };
  };
  return [
    pressure.has('MemoryPressure')
      ? make(
          'MemoryPressure',
          true,
          'KubeletHasInsufficientMemory',
          'kubelet has insufficient memory available',
        )
      : make(
          'MemoryPressure',
          false,
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
    pressure.has('DiskPressure')
      ? make('DiskPressure', true, 'KubeletHasDiskPressure', 'kubelet has disk pressure')
      : make('DiskPressure', false, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    make('PIDPressure', false, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    readiness.ready
      ? make('Ready', true, 'KubeletReady', 'kubelet is posting ready status')
      : make('Ready', false, 'KubeletNotReady', readiness.message),
  ];
}

export function nodeImages(images: readonly ImageStatus[]): { names: string[]; sizeBytes: number }[] {
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MAX_IMAGES)
    .map(({ tags, digests, sizeBytes }) => ({
      names: [...digests, ...tags].slice(0, MAX_NAMES_PER_IMAGE),
      sizeBytes,
    }));
}

export function nodeInfo(
  info: MachineInfo,
  runtimeVersion: string,
): NonNullable<NonNullable<Node['status']>['nodeInfo']> {
  return {
    architecture: info.architecture,
    bootID: info.bootID,
    containerRuntimeVersion: runtimeVersion,
    kernelVersion: info.kernelVersion,
    kubeProxyVersion: KUBELET_VERSION,
    kubeletVersion: KUBELET_VERSION,
    machineID: info.machineID,
    operatingSystem: 'linux',
    osImage: info.osImage,
    systemUUID: info.systemUUID,
  };
}

const HANDLER_FEATURES = { recursiveReadOnlyMounts: false, userNamespaces: true };

/** What pods may ask of the nodes' containerd 1.7 with crun, which does not tell it by itself. */
export const runtimeFeatures = {
  runtimeHandlers: ['', 'crun'].map((name) => ({ name, features: HANDLER_FEATURES })),
  features: { supplementalGroupsPolicy: false },
};

export const daemonEndpoints = { kubeletEndpoint: { Port: KUBELET_PORT } } as const;

/** Labels that every node has by itself. */
export function nodeLabels(
  nodeName: string,
  info: MachineInfo,
  declared: Quantities,
): Record<string, string> {
  return {
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': info.architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': info.architecture,
    ...declared,
  };
}
