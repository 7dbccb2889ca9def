import type { Node, Pod } from '../../api/types.ts';
import type { NodeInfo, Plugin, Status } from '../framework.ts';
import type { Resources } from '../amounts.ts';
import { allocatableOf } from '../nodeInfo.ts';
import { podRequests, type PodRequests } from '../podRequests.ts';

const KEY = 'NodeResourcesFit';
const TOO_MANY_PODS = 'Too many pods';

/** Room for what the pod requests; emptier nodes are better (`plugins/noderesources/fit.go`, least_allocated.go). */
export function nodeResourcesFit(): Plugin {
  return {
    name: 'NodeResourcesFit',
    preFilter(state, pod) {
      state.write(KEY, podRequests(pod));
      return undefined;
    },
    filter(state, pod, info) {
      return insufficient(state.read<PodRequests>(KEY) ?? podRequests(pod), info);
    },
    score(state, pod, info) {
      const requests = state.read<PodRequests>(KEY) ?? podRequests(pod);
      const { allocatable, nonZeroRequested: used } = info;
      const wholeCpu = allocatable.cpu;
      const wholeMemory = allocatable.memory;
      const cpu = leastAllocated(used.cpu + requests.nonZeroCpu, wholeCpu);
      const memory = leastAllocated(used.memory + requests.nonZeroMemory, wholeMemory);
      const weight = (wholeCpu === 0 ? 0 : 1) + (wholeMemory === 0 ? 0 : 1);
      return weight === 0 ? 0 : Math.trunc((cpu + memory) / weight);
    },
    events: () => [
      { event: { resource: 'AssignedPod', actions: ['Delete'] }, hint: freesSomething },
      {
        event: { resource: 'Pod', actions: ['UpdateScaleDown'] },
        hint: (pod, old, current) =>
          (current as Pod).metadata.uid === pod.metadata.uid ? 'Queue' : freesSomething(pod, old, current),
      },
      {
        event: { resource: 'Node', actions: ['Add', 'UpdateAllocatable'] },
        hint: (pod, _old, current) => (couldFit(pod, current as Node) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
}

interface Want {
  readonly reason: string;
  readonly wanted: number;
  readonly used: number;
  /** The total of the node. If more than that is wanted, evicting pods would not help. */
  readonly whole: number;
}

function insufficient(requests: PodRequests, info: NodeInfo): Status | undefined {
  if (info.hasRoomFor(requests)) return undefined;
  const { allocatable, requested } = info;
  const wants: Want[] = [
    {
      reason: 'Insufficient cpu',
      wanted: requests.cpu,
      used: requested.cpu,
      whole: allocatable.cpu,
    },
    {
      reason: 'Insufficient memory',
      wanted: requests.memory,
      used: requested.memory,
      whole: allocatable.memory,
    },
    {
      reason: 'Insufficient ephemeral-storage',
      wanted: requests.ephemeralStorage,
      used: requested.ephemeralStorage,
      whole: allocatable.ephemeralStorage,
    },
    ...[...requests.scalar].map(([name, wanted]) => ({
      reason: `Insufficient ${name}`,
      wanted,
      used: requested.scalar.get(name) ?? 0,
      whole: allocatable.scalar.get(name) ?? 0,
    })),
  ];
  const lacking = wants.filter(({ wanted, used, whole }) => wanted > 0 && wanted > whole - used);
  const reasons = lacking.map(({ reason }) => reason);
  if (requested.pods + 1 > allocatable.pods) reasons.unshift(TOO_MANY_PODS);
  const hopeless = lacking.some(({ wanted, whole }) => wanted > whole);
  return {
    code: hopeless ? 'UnschedulableAndUnresolvable' : 'Unschedulable',
    reasons,
    plugin: 'NodeResourcesFit',
  };
}

function leastAllocated(wanted: number, allocatable: number): number {
  if (allocatable === 0 || wanted > allocatable) return 0;
  return Math.trunc(((allocatable - wanted) * 100) / allocatable);
}

/** Whether a pod that goes or shrinks holds anything that this pod asks for (a place among the pods counts). */
function freesSomething(pod: Pod, old: unknown, current: unknown): 'Queue' | 'QueueSkip' {
  if (current === undefined) return 'Queue';
  const wanted = podRequests(pod);
  const before = podRequests(old as Pod);
  const after = podRequests(current as Pod);
  const shrinks = (amount: (r: Resources) => number): boolean =>
    amount(wanted) > 0 && amount(after) < amount(before);
  const helps =
    shrinks((r) => r.cpu) ||
    shrinks((r) => r.memory) ||
    shrinks((r) => r.ephemeralStorage) ||
    [...wanted.scalar.keys()].some((name) => shrinks((r) => r.scalar.get(name) ?? 0));
  return helps ? 'Queue' : 'QueueSkip';
}

/** Whether the node as a whole is large enough: whether there is room now is for the next attempt to see. */
function couldFit(pod: Pod, node: Node): boolean {
  const allocatable = allocatableOf(node);
  const wanted = podRequests(pod);
  return (
    wanted.cpu <= allocatable.cpu &&
    wanted.memory <= allocatable.memory &&
    wanted.ephemeralStorage <= allocatable.ephemeralStorage &&
    [...wanted.scalar].every(([name, amount]) => amount <= (allocatable.scalar.get(name) ?? 0))
  );
}
