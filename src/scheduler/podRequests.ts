import type { Container, Pod } from '../api/types.ts';
import { quantityMilliValue, quantityValue } from '../api/quantity.ts';
import type { Resources } from './framework.ts';

/** What a pod asks of a node; with the counts that scoring uses for pods that ask nothing. */
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
  const key = pod.spec.containers;
  let requests = memo.get(key);
  if (requests === undefined) {
    requests = compute(pod);
    memo.set(key, requests);
  }
  return requests;
}

function compute(pod: Pod): PodRequests {
  const exact = total(pod, false);
  const nonZero = total(pod, true);
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

function total(pod: Pod, withDefaults: boolean): Amounts {
  const sum: Amounts = new Map();
  for (const container of pod.spec.containers) add(sum, containerRequest(container, withDefaults));
  const sidecars: Amounts = new Map();
  const startup: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const request = containerRequest(container, withDefaults);
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

function containerRequest(container: Container, withDefaults: boolean): Amounts {
  const request = amounts(container.resources?.requests);
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
