import type { Node, Pod } from '../../api/types.ts';
import type { NodeInfo, Plugin, Resources, Status } from '../framework.ts';
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
      const { nonZeroRequested: used, allocatable } = info;
      const cpu = leastAllocated(used.cpu + requests.nonZeroCpu, allocatable.cpu);
      const memory = leastAllocated(used.memory + requests.nonZeroMemory, allocatable.memory);
      const weight = (allocatable.cpu === 0 ? 0 : 1) + (allocatable.memory === 0 ? 0 : 1);
      return weight === 0 ? 0 : Math.trunc((cpu + memory) / weight);
    },
    events: () => [
      { event: { resource: 'AssignedPod', actions: ['Delete'] }, hint: freesSomething },
      { event: { resource: 'AssignedPod', actions: ['UpdateScaleDown'] }, hint: freesSomething },
      { event: { resource: 'Pod', actions: ['UpdateScaleDown'] } },
      {
        event: { resource: 'Node', actions: ['Add', 'UpdateAllocatable'] },
        hint: (pod, _old, current) => (couldFit(pod, current as Node) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
}

function insufficient(requests: PodRequests, info: NodeInfo): Status | undefined {
  const { allocatable, requested } = info;
  let reasons: string[] | undefined;
  let hopeless = false;
  const lacks = (reason: string, wanted: number, free: number, whole: number): void => {
    if (wanted <= free) return;
    (reasons ??= []).push(reason);
    if (wanted > whole) hopeless = true;
  };
  lacks(TOO_MANY_PODS, 1, allocatable.pods - requested.pods, Infinity);
  if (requests.cpu > 0) {
    lacks('Insufficient cpu', requests.cpu, allocatable.cpu - requested.cpu, allocatable.cpu);
  }
  if (requests.memory > 0) {
    lacks('Insufficient memory', requests.memory, allocatable.memory - requested.memory, allocatable.memory);
  }
  if (requests.ephemeralStorage > 0) {
    const free = allocatable.ephemeralStorage - requested.ephemeralStorage;
    lacks('Insufficient ephemeral-storage', requests.ephemeralStorage, free, allocatable.ephemeralStorage);
  }
  for (const [name, wanted] of requests.scalar) {
    if (wanted === 0) continue;
    const whole = allocatable.scalar.get(name) ?? 0;
    lacks(`Insufficient ${name}`, wanted, whole - (requested.scalar.get(name) ?? 0), whole);
  }
  if (reasons === undefined) return undefined;
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
