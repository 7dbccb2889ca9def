import { ownProperty } from '../../base/ownProperty.ts';
import { isExtendedResource } from '../../api/podSpec/resources.ts';
import { quantityMilliValue } from '../../api/quantity.ts';
import type { Pod } from '../../api/types.ts';
import { containersOf } from './identity.ts';
import type { PodFailure } from './podStatus.ts';

/**
 * Whether the node can take the pod: the scheduler has asked the same, but a pod may name its node itself (kubelet
 * `lifecycle/predicate.go`). Resources and host ports. `allocatable` is the node's own and what others declared in its
 * status.
 */
export function admitPod(
  pod: Pod,
  others: readonly Pod[],
  allocatable: Readonly<Record<string, string>>,
): PodFailure | undefined {
  const wanted = requestsOf(pod);
  for (const [name, amount] of wanted) {
    const capacity = ownProperty(allocatable, name);
    // The node does not know cluster-wide resources: the scheduler has handled them.
    if (capacity === undefined && isExtendedResource(name)) continue;
    const used = others.reduce((sum, other) => sum + (requestsOf(other).get(name) ?? 0), 0);
    const limit = quantityMilliValue(capacity ?? '0');
    if (amount > 0 && used + amount > limit) return outOf(name, amount, used, limit);
  }
  const podLimit = allocatable['pods'];
  if (podLimit !== undefined && others.length + 1 > Number(podLimit))
    return outOf('pods', 1000, others.length * 1000, Number(podLimit) * 1000);
  const taken = new Set(others.flatMap(hostPorts));
  if (hostPorts(pod).some((port) => taken.has(port))) {
    return {
      reason: 'NodePorts',
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  }
  return undefined;
}

/**
 * Why the node cannot give a pod what it wants to grow to: more than the node has, or than others leave (kubelet
 * `allocation/handlers.go`).
 */
export function resizeRefusal(
  pod: Pod,
  others: readonly Pod[],
  allocatable: Readonly<Record<string, string>>,
): PodFailure | undefined {
  const wanted = requestsOf(pod);
  for (const name of ['cpu', 'memory']) {
    const amount = wanted.get(name) ?? 0;
    const capacity = quantityMilliValue(allocatable[name] ?? '0');
    if (amount <= capacity) continue;
    const message = `Node didn't have enough capacity: ${name}, requested: ${amountText(name, amount)}, capacity: ${amountText(name, capacity)}`;
    return { reason: 'Infeasible', message };
  }
  const refusal = admitPod(pod, others, allocatable);
  return refusal && { reason: 'Deferred', message: refusal.message };
}

function outOf(name: string, requested: number, used: number, capacity: number): PodFailure {
  const [wanted, taken, there] = [requested, used, capacity].map((amount) => amountText(name, amount));
  const message = `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${taken}, capacity: ${there}`;
  return { reason: `OutOf${name}`, message };
}

/** CPU is counted in thousandths, all else whole. */
const amountText = (name: string, milli: number): string =>
  String(name === 'cpu' ? milli : Math.ceil(milli / 1000));

function hostPorts(pod: Pod): string[] {
  return containersOf(pod).flatMap(({ container, role }) =>
    role === 'init'
      ? []
      : (container.ports ?? []).flatMap(({ hostPort, protocol = 'TCP', hostIP }) =>
          hostPort === undefined || hostPort === 0
            ? []
            : [`${hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP}/${protocol}/${hostPort}`],
        ),
  );
}

/** Requests in thousandths: containers and sidecars together, or the largest init container. */
function requestsOf(pod: Pod): Map<string, number> {
  const sum = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const { container, role } of containersOf(pod)) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {})) {
      const amount = quantityMilliValue(text);
      if (role === 'init') peak.set(name, Math.max(peak.get(name) ?? 0, amount));
      else sum.set(name, (sum.get(name) ?? 0) + amount);
    }
  }
  for (const [name, amount] of peak) sum.set(name, Math.max(sum.get(name) ?? 0, amount));
  // The requests of the whole pod replace the sum of its containers' requests.
  for (const [name, text] of Object.entries(pod.spec.resources?.requests ?? {}))
    sum.set(name, quantityMilliValue(text));
  for (const [name, text] of Object.entries(pod.spec.overhead ?? {}))
    sum.set(name, (sum.get(name) ?? 0) + quantityMilliValue(text));
  return sum;
}
