import type { Container, Pod } from '../api/types.ts';
import { quantityMilliValue, quantityValue } from '../api/quantity.ts';
import type { Resources } from './amounts.ts';

/** The resources that a pod requests, with the defaults that scoring uses for pods without requests. */
export interface PodRequests extends Resources {
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
}

/** Assumed for a container without a request (kube-scheduler `util/pod_resources.go`). */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

type Amounts = Map<string, number>;

/** Computed once per list of containers: an assumed pod shares it with the pod it was made from. */
const memo = new WeakMap<object, PodRequests>();

/**
 * A pod's effective request: the larger of what its containers and sidecars need together and what each init
 * container needs beside the sidecars started before it, or the pod-level request, plus overhead (component-helpers
 * `resource/helpers.go`, KEP-753, KEP-2837).
 */
export function podRequests(pod: Pod): PodRequests {
  if (isResized(pod)) return compute(pod, heldRequest(pod));
  const key = pod.spec.containers;
  let requests = memo.get(key);
  if (requests === undefined) {
    requests = compute(pod, specRequest);
    memo.set(key, requests);
  }
  return requests;
}

/** What a container counts for. */
type RequestOf = (container: Container) => Amounts;

const specRequest: RequestOf = ({ resources }) => amounts(resources?.requests);

/** The node has not told yet that it gives what the spec wants (KEP-1287). */
function isResized({ metadata, status }: Pod): boolean {
  if (status?.containerStatuses === undefined) return false;
  return (
    (status.observedGeneration !== undefined && status.observedGeneration !== metadata.generation) ||
    (status.conditions ?? []).some(({ type }) => type === PENDING || type === 'PodResizeInProgress')
  );
}

const PENDING = 'PodResizePending';

/** The most of what it wants, was granted and has; what it wants counts for nothing where the node never has room. */
function heldRequest({ status }: Pod): RequestOf {
  const isInfeasible = status?.conditions?.some(
    ({ type, reason }) => type === PENDING && reason === 'Infeasible',
  );
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return (container) => {
    const own = statuses.find(({ name }) => name === container.name);
    if (own?.resources === undefined) return specRequest(container);
    const held = amounts(own.resources.requests);
    raise(held, amounts(own.allocatedResources));
    if (isInfeasible !== true) raise(held, specRequest(container));
    return held;
  };
}

function compute(pod: Pod, requestOf: RequestOf): PodRequests {
  const exact = total(pod, requestOf, false);
  const nonZero = total(pod, requestOf, true);
  const scalar = new Map([...exact].filter(([name]) => !BASIC.has(name)));
  return {
    cpu: exact.get('cpu') ?? 0,
    memory: exact.get('memory') ?? 0,
    ephemeralStorage: exact.get('ephemeral-storage') ?? 0,
    pods: 1,
    scalar,
    nonZeroCpu: nonZero.get('cpu') ?? 0,
    nonZeroMemory: nonZero.get('memory') ?? 0,
  };
}

const BASIC = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

function total(pod: Pod, requestOf: RequestOf, withDefaults: boolean): Amounts {
  const sum: Amounts = new Map();
  for (const container of pod.spec.containers) add(sum, withDefault(requestOf(container), withDefaults));
  const sidecars: Amounts = new Map();
  const startup: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const request = withDefault(requestOf(container), withDefaults);
    if (container.restartPolicy === 'Always') {
      add(sum, request);
      add(sidecars, request);
      raise(startup, sidecars);
    } else {
      add(request, sidecars);
      raise(startup, request);
    }
  }
  raise(sum, startup);
  // Pod-level requests replace the sum for the resources they name (KEP-2837).
  for (const [name, amount] of amounts(pod.spec.resources?.requests)) sum.set(name, amount);
  add(sum, amounts(pod.spec.overhead));
  return sum;
}

function withDefault(request: Amounts, withDefaults: boolean): Amounts {
  if (withDefaults) {
    if (!request.has('cpu')) request.set('cpu', DEFAULT_MILLI_CPU);
    if (!request.has('memory')) request.set('memory', DEFAULT_MEMORY);
  }
  return request;
}

function amounts(list: Readonly<Record<string, string>> | undefined): Amounts {
  const result: Amounts = new Map();
  if (list === undefined) return result;
  for (const [name, quantity] of Object.entries(list)) {
    result.set(name, name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity));
  }
  return result;
}

function add(to: Amounts, what: Amounts): void {
  for (const [name, amount] of what) to.set(name, (to.get(name) ?? 0) + amount);
}

function raise(to: Amounts, what: Amounts): void {
  for (const [name, amount] of what) if (amount > (to.get(name) ?? 0)) to.set(name, amount);
}
