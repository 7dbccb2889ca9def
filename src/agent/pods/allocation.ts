import { parseQuantity, compareQuantities } from '../../api/quantity.ts';
import type { Container, ContainerStatus, Pod, ResourceRequirements } from '../../api/types.ts';
import { containersOf } from './identity.ts';

/**
 * What the node has granted to each container of a pod, by name (KEP-1287). A pod's spec is what is wanted: a resize
 * is granted when the node has room for it.
 */
export type Allocation = ReadonlyMap<string, ResourceRequirements>;

const RESIZABLE = ['cpu', 'memory'] as const;
type Resizable = (typeof RESIZABLE)[number];

/** Containers and sidecars: what starts once and runs to its end is not resized. */
function resizable(pod: Pod): readonly Container[] {
  return containersOf(pod).flatMap(({ container, role }) =>
    role === 'container' || role === 'sidecar' ? [container] : [],
  );
}

/** All that the spec wants. */
export function wantedAllocation(pod: Pod): Allocation {
  return new Map(resizable(pod).map(({ name, resources = {} }) => [name, resources]));
}

/**
 * The resources that an earlier life of the agent granted, from the pod's status; those of the spec if the status has
 * none.
 */
export function recalledAllocation(pod: Pod): Allocation {
  const statuses = statusesOf(pod);
  return new Map(
    resizable(pod).map(({ name, resources: wanted = {} }) => {
      const status = statuses.find((each) => each.name === name);
      if (status?.resources === undefined) return [name, wanted];
      const { limits, requests } = status.resources;
      const granted = status.allocatedResources ?? requests;
      return [
        name,
        {
          ...wanted,
          ...(limits === undefined ? {} : { limits }),
          ...(granted === undefined ? {} : { requests: granted }),
        },
      ];
    }),
  );
}

/** The resources that were in force at the last report of an earlier life of the agent. */
export function recalledEnforced(pod: Pod): Map<string, ResourceRequirements> {
  return new Map(
    statusesOf(pod).flatMap(({ name, resources }) => (resources === undefined ? [] : [[name, resources]])),
  );
}

function statusesOf(pod: Pod): readonly ContainerStatus[] {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
}

/** The pod with what was granted in place of what is wanted. */
export function withAllocation(pod: Pod, allocation: Allocation): Pod {
  if (sameAllocation(wantedAllocation(pod), allocation)) return pod;
  const granted = (container: Container): Container => {
    const resources = allocation.get(container.name);
    return resources === undefined ? container : { ...container, resources };
  };
  const { initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: pod.spec.containers.map(granted),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(granted) }),
    },
  };
}

export function sameAllocation(a: Allocation, b: Allocation): boolean {
  return [...a].every(([name, resources]) => changedResources(resources, b.get(name)).length === 0);
}

/** Which of cpu and memory differ, in requests or limits. */
export function changedResources(
  a: ResourceRequirements = {},
  b: ResourceRequirements = {},
): readonly Resizable[] {
  return RESIZABLE.filter(
    (name) =>
      !sameAmount(a.requests?.[name], b.requests?.[name]) || !sameAmount(a.limits?.[name], b.limits?.[name]),
  );
}

function sameAmount(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return compareQuantities(parseQuantity(a), parseQuantity(b)) === 0;
}

/** True where a container wants to be started again for a change of what it has. */
export function needsRestart(container: Container, has: ResourceRequirements | undefined): boolean {
  const changed = changedResources(container.resources, has);
  return (container.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && changed.some((name) => name === resourceName),
  );
}
