import type { Container, Pod } from '../../api/types.ts';
import type { RuntimeContainer, SandboxStatus } from '../runtime/contract.ts';
import { restartPolicyOf, restartsAfter } from './restartPolicy.ts';
import { type ContainerRole, containerHash, hashOf, instancesByName, roleOfInit } from './identity.ts';

export type ProbeResult = 'success' | 'failure' | 'unknown';

/** All that decides what has to happen to a pod on this node. */
export interface PodState {
  readonly pod: Pod;
  /** Newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  /** Results for a container instance by its runtime id; `unknown` where there is no probe or no result yet. */
  liveness(containerId: string): ProbeResult;
  startup(containerId: string): ProbeResult;
  /** True once the instance counts as started: running, and its startup probe (if any) has succeeded. */
  started(containerId: string): boolean;
  /** True for a container that has to start again to get what it was granted by a resize. */
  restartsToResize(container: Container): boolean;
}

export interface ContainerToStart {
  readonly container: Container;
  readonly role: ContainerRole;
  /** Its latest instance, whichever sandbox that was in. */
  readonly previous: RuntimeContainer | undefined;
}

export interface ContainerToKill {
  readonly instance: RuntimeContainer;
  readonly container: Container;
  /** The Killing event's text. */
  readonly message: string;
  /** True where a probe wants it: the probe's own grace period counts. */
  readonly probe: 'liveness' | 'startup' | undefined;
}

export interface PodActions {
  /** Nothing may go on: the pod is done, or its sandbox must be recreated. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** The sandbox to work in, where there is one that is ready. */
  readonly sandbox: SandboxStatus | undefined;
  /** For the next sandbox. */
  readonly attempt: number;
  readonly toKill: readonly ContainerToKill[];
  readonly toStart: readonly ContainerToStart[];
}

/**
 * What to create, kill and start, from what is wanted and what is there (kuberuntime `computePodActions`). Pure;
 * back-off is the caller's business.
 */
export function computePodActions(state: PodState): PodActions {
  const { pod, sandboxes } = state;
  const newest = sandboxes[0];
  const attempt = newest === undefined ? 0 : newest.attempt + 1;
  const instances = instancesByName(sandboxes);
  const sandbox = sandboxes.filter((candidate) => candidate.ready).length === 1 ? newest : undefined;
  if (sandbox?.ready !== true || networkChanged(pod, sandbox)) {
    return freshSandbox(pod, instances, attempt);
  }

  const plan = new Plan(state, sandbox, instances);
  plan.startEphemeral();
  if (plan.initialise() === 'wait') return plan.result(attempt);
  if (plan.failed) return plan.result(attempt);
  plan.keepContainers();
  return plan.result(attempt);
}

/** A host-network pod keeps its sandbox; another one needs an address. */
function networkChanged(pod: Pod, sandbox: SandboxStatus): boolean {
  return pod.spec.hostNetwork !== true && sandbox.ips.length === 0;
}

function freshSandbox(
  pod: Pod,
  instances: ReadonlyMap<string, readonly RuntimeContainer[]>,
  attempt: number,
): PodActions {
  const base = { killPod: true, sandbox: undefined, attempt, toKill: [] };
  const nothing: PodActions = { ...base, createSandbox: false, toStart: [] };
  // A pod that runs once is not started again, unless its containers say otherwise themselves.
  const runsOnce =
    pod.spec.restartPolicy === 'Never' &&
    !pod.spec.containers.some((container) => container.restartPolicy !== undefined);
  if (runsOnce && attempt !== 0 && instances.size > 0) return nothing;
  const toStart = pod.spec.containers
    .map((container) => ({
      container,
      role: 'container' as const,
      previous: instances.get(container.name)?.[0],
    }))
    .filter(({ container, previous }) => shouldRestart(pod, container, previous));
  const init = pod.spec.initContainers ?? [];
  if (toStart.length === 0 && init.every(({ name }) => succeeded(instances.get(name)?.[0]))) return nothing;
  const first = init[0];
  if (first === undefined) return { ...base, createSandbox: true, toStart };
  const previous = instances.get(first.name)?.[0];
  return {
    ...base,
    createSandbox: true,
    toStart: [{ container: first, role: roleOfInit(first), previous }],
  };
}

const succeeded = (instance: RuntimeContainer | undefined): boolean =>
  instance?.state === 'exited' && instance.exitCode === 0;

/** Builds up the actions inside a sandbox that is ready. */
class Plan {
  readonly #state: PodState;
  readonly #sandbox: SandboxStatus;
  readonly #instances: ReadonlyMap<string, readonly RuntimeContainer[]>;
  readonly #toKill: ContainerToKill[] = [];
  readonly #toStart: ContainerToStart[] = [];
  #kept = 0;
  #killPod = false;
  failed = false;

  constructor(
    state: PodState,
    sandbox: SandboxStatus,
    instances: ReadonlyMap<string, readonly RuntimeContainer[]>,
  ) {
    this.#state = state;
    this.#sandbox = sandbox;
    this.#instances = instances;
  }

  result(attempt: number): PodActions {
    return {
      killPod: this.#killPod,
      createSandbox: false,
      sandbox: this.#sandbox,
      attempt,
      toKill: this.#toKill,
      toStart: this.#toStart,
    };
  }

  /** Those that were added to the running pod: once, whatever becomes of them. */
  startEphemeral(): void {
    for (const container of this.#state.pod.spec.ephemeralContainers ?? []) {
      if (!this.#instances.has(container.name)) this.#start(container, 'ephemeral');
    }
  }

  /** Init containers one after the other; sidecars on the way, and again whenever they are down. */
  initialise(): 'done' | 'wait' {
    const { pod } = this.#state;
    const initialised = pod.spec.containers.some(({ name }) => this.#here(name) !== undefined);
    for (const container of pod.spec.initContainers ?? []) {
      const step =
        roleOfInit(container) === 'sidecar' ? this.#sidecar(container) : this.#init(container, initialised);
      if (step === 'fail') {
        this.failed = true;
        this.#killPod = true;
        return 'wait';
      }
      if (step === 'wait' && !initialised) return 'wait';
    }
    return 'done';
  }

  #init(container: Container, initialised: boolean): 'done' | 'wait' | 'fail' {
    const instance = this.#here(container.name);
    if (initialised || succeeded(instance)) return 'done';
    if (instance === undefined) return this.#start(container, 'init');
    switch (instance.state) {
      case 'running':
        return 'wait';
      case 'exited':
        if (!restartsAfter(this.#state.pod, container, instance.exitCode ?? 0)) return 'fail';
        return this.#start(container, 'init');
      default:
        this.#kill(
          container,
          instance,
          `Init container is in "${instance.state}" state, try killing it before restart`,
        );
        return this.#start(container, 'init');
    }
  }

  #sidecar(container: Container): 'done' | 'wait' {
    const instance = this.#here(container.name);
    if (instance?.state !== 'running') {
      if (instance?.state === 'unknown')
        this.#kill(container, instance, `Container ${container.name} is in unknown state`);
      return this.#start(container, 'sidecar');
    }
    if (this.#unhealthy(container, instance)) return this.#start(container, 'sidecar');
    if (this.#state.restartsToResize(container)) {
      this.#kill(container, instance, `Container ${container.name} resize requires restart`);
      return this.#start(container, 'sidecar');
    }
    return this.#state.started(instance.id) ? 'done' : 'wait';
  }

  keepContainers(): void {
    const { pod } = this.#state;
    for (const container of pod.spec.containers) {
      const instance = this.#instances.get(container.name)?.[0];
      if (instance?.state !== 'running' || !this.#isHere(instance)) {
        if (!shouldRestart(pod, container, instance)) continue;
        if (instance?.state === 'unknown')
          this.#kill(container, instance, `Container ${container.name} is in unknown state`);
        this.#start(container, 'container');
      } else if (hashOf(instance) !== containerHash(container)) {
        this.#kill(container, instance, `Container ${container.name} definition changed, will be restarted`);
        this.#start(container, 'container');
      } else if (this.#state.restartsToResize(container)) {
        this.#kill(container, instance, `Container ${container.name} resize requires restart`);
        this.#start(container, 'container');
      } else if (this.#unhealthy(container, instance)) {
        if (restartPolicyOf(pod, container) !== 'Never') this.#start(container, 'container');
      } else {
        this.#kept++;
      }
    }
    if (
      this.#kept === 0 &&
      this.#toStart.every(({ role }) => role !== 'container') &&
      this.#toKill.length === 0
    ) {
      this.#killPod = true;
      this.#toStart.length = 0;
    }
  }

  #unhealthy(container: Container, instance: RuntimeContainer): boolean {
    const suffix = restartPolicyOf(this.#state.pod, container) === 'Never' ? '' : ', will be restarted';
    for (const probe of ['liveness', 'startup'] as const) {
      if (this.#state[probe](instance.id) !== 'failure') continue;
      this.#kill(container, instance, `Container ${container.name} failed ${probe} probe${suffix}`, probe);
      return true;
    }
    return false;
  }

  #here(name: string): RuntimeContainer | undefined {
    return this.#instances.get(name)?.find((instance) => this.#isHere(instance));
  }

  #isHere(instance: RuntimeContainer): boolean {
    return this.#sandbox.containers.some(({ id }) => id === instance.id);
  }

  #start(container: Container, role: ContainerRole): 'wait' {
    this.#toStart.push({ container, role, previous: this.#instances.get(container.name)?.[0] });
    return 'wait';
  }

  #kill(
    container: Container,
    instance: RuntimeContainer,
    message: string,
    probe?: 'liveness' | 'startup',
  ): void {
    this.#toKill.push({ container, instance, message, probe });
  }
}

/** kubecontainer `ShouldContainerBeRestarted`. */
export function shouldRestart(
  pod: Pod,
  container: Container,
  instance: RuntimeContainer | undefined,
): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (instance?.state !== 'exited') return true;
  return restartsAfter(pod, container, instance.exitCode ?? 0);
}
