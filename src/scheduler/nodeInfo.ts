import type { Node, Pod, Taint } from '../api/types.ts';
import { AMOUNT, AmountTable, NonZeroView, type Resources, ResourceView } from './amounts.ts';
import type { NodeInfo } from './framework.ts';
import { podRequests } from './podRequests.ts';
import { quantityMilliValue, quantityValue } from '../api/quantity.ts';

let generations = 0;
const NO_IMAGES: ReadonlyMap<string, number> = new Map();
const NO_TAINTS: readonly Taint[] = [];

/** A node with what is counted on it, changed in place between cycles (kube-scheduler `framework/types.go` NodeInfo). */
export class TrackedNode implements NodeInfo {
  node: Node;
  name: string;
  unschedulable = false;
  taints: readonly Taint[] = NO_TAINTS;
  readonly #amounts: AmountTable;
  readonly #row: number;
  generation = 0;
  readonly pods: Pod[] = [];
  readonly podsWithAffinity: Pod[] = [];
  readonly requested: ResourceView;
  readonly nonZeroRequested: NonZeroView;
  readonly allocatable: ResourceView;
  usedPorts: Set<string> = new Set();
  images: ReadonlyMap<string, number> = NO_IMAGES;

  constructor(node: Node, amounts = new AmountTable()) {
    this.node = node;
    this.name = node.metadata.name;
    this.#amounts = amounts;
    this.#row = amounts.take();
    this.allocatable = new ResourceView(amounts, this.#row + AMOUNT.allocatableCpu);
    this.requested = new ResourceView(amounts, this.#row + AMOUNT.requestedCpu);
    this.nonZeroRequested = new NonZeroView(amounts, this.#row + AMOUNT.nonZeroCpu);
    this.setNode(node);
  }

  hasRoomFor(requests: Resources): boolean {
    const { data } = this.#amounts;
    const row = this.#row;
    const lacks = (wanted: number, allocatable: number, requested: number): boolean =>
      wanted > 0 && wanted > (data[row + allocatable] ?? 0) - (data[row + requested] ?? 0);
    if (
      lacks(1, AMOUNT.allocatablePods, AMOUNT.requestedPods) ||
      lacks(requests.cpu, AMOUNT.allocatableCpu, AMOUNT.requestedCpu) ||
      lacks(requests.memory, AMOUNT.allocatableMemory, AMOUNT.requestedMemory) ||
      lacks(requests.ephemeralStorage, AMOUNT.allocatableEphemeralStorage, AMOUNT.requestedEphemeralStorage)
    ) {
      return false;
    }
    if (requests.scalar.size === 0) return true;
    for (const [name, wanted] of requests.scalar) {
      const free = (this.allocatable.scalar.get(name) ?? 0) - (this.requested.scalar.get(name) ?? 0);
      if (wanted > 0 && wanted > free) return false;
    }
    return true;
  }

  setNode(node: Node): void {
    this.node = node;
    this.unschedulable = node.spec.unschedulable === true;
    this.taints = node.spec.taints ?? NO_TAINTS;
    this.allocatable.replace(allocatableOf(node));
    this.images = imagesOf(node);
    this.generation = ++generations;
  }

  addPod(pod: Pod): void {
    this.pods.push(pod);
    if (hasPodAffinity(pod)) this.podsWithAffinity.push(pod);
    this.#count(pod, 1);
    for (const port of hostPorts(pod)) this.usedPorts.add(port);
  }

  /** By uid; false where the pod is not counted here. */
  removePod(pod: Pod): boolean {
    const counted = take(this.pods, pod);
    if (counted === undefined) return false;
    take(this.podsWithAffinity, pod);
    this.#count(counted, -1);
    // Two pods may hold the same port where the scheduler was bypassed: count again what is left.
    if (hostPorts(counted).length > 0) this.usedPorts = new Set(this.pods.flatMap((p) => hostPorts(p)));
    return true;
  }

  /** The node is gone: its row may serve another one. */
  release(): void {
    this.#amounts.release(this.#row);
  }

  with(pods: Iterable<Pod>): TrackedNode {
    const copy = new TrackedNode(this.node);
    for (const pod of this.pods) copy.addPod(pod);
    for (const pod of pods) copy.addPod(pod);
    return copy;
  }

  #count(pod: Pod, sign: 1 | -1): void {
    const requests = podRequests(pod);
    this.requested.add(requests, sign);
    this.nonZeroRequested.add(requests.nonZeroCpu, requests.nonZeroMemory, sign);
    this.generation = ++generations;
  }
}

const NO_PORTS: readonly string[] = [];

/** `ip/protocol/port` for every host port of the containers and sidecars; 0.0.0.0 for none given. */
export function hostPorts(pod: Pod): readonly string[] {
  let ports: string[] | undefined;
  const collect = (containers: typeof pod.spec.containers | undefined, onlySidecars: boolean): void => {
    for (const container of containers ?? []) {
      if (onlySidecars && container.restartPolicy !== 'Always') continue;
      for (const port of container.ports ?? []) {
        if (port.hostPort === undefined || port.hostPort <= 0) continue;
        const ip = port.hostIP === undefined || port.hostIP === '' ? '0.0.0.0' : port.hostIP;
        (ports ??= []).push(`${ip}/${port.protocol ?? 'TCP'}/${port.hostPort}`);
      }
    }
  };
  collect(pod.spec.initContainers, true);
  collect(pod.spec.containers, false);
  return ports ?? NO_PORTS;
}

export function hasPodAffinity(pod: Pod): boolean {
  const affinity = pod.spec.affinity;
  return affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined;
}

export function allocatableOf(node: Node): Resources {
  const result = { cpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalar: new Map<string, number>() };
  for (const [name, quantity] of Object.entries(node.status?.allocatable ?? {})) {
    if (name === 'cpu') result.cpu = quantityMilliValue(quantity);
    else if (name === 'memory') result.memory = quantityValue(quantity);
    else if (name === 'ephemeral-storage') result.ephemeralStorage = quantityValue(quantity);
    else if (name === 'pods') result.pods = quantityValue(quantity);
    else result.scalar.set(name, quantityValue(quantity));
  }
  return result;
}

function imagesOf(node: Node): ReadonlyMap<string, number> {
  const images = node.status?.images;
  if (images === undefined || images.length === 0) return NO_IMAGES;
  const sizes = new Map<string, number>();
  for (const image of images) for (const name of image.names ?? []) sizes.set(name, image.sizeBytes ?? 0);
  return sizes;
}

function take(pods: Pod[], pod: Pod): Pod | undefined {
  const index = pods.findIndex((p) => p.metadata.uid === pod.metadata.uid);
  if (index < 0) return undefined;
  const found = pods[index];
  const last = pods.pop();
  if (last !== undefined && index < pods.length) pods[index] = last;
  return found;
}
