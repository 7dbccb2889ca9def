import type { Pod, ResourceRequirements } from '../../api/types.ts';
import { type Allocation, recalledAllocation, recalledEnforced } from './allocation.ts';
import type { ResizeProgress } from './podConditions.ts';
import type { PodFailure } from './podStatus.ts';

/** The resources that a pod was granted, and those that are in force. Written by podResize. */
export class PodResources implements ResizeProgress {
  #allocated: Allocation;
  readonly #enforced: Map<string, ResourceRequirements>;
  #pending: PodFailure | undefined;
  #isResizing = false;
  #error: string | undefined;

  /** As an earlier life of the agent has left it. */
  constructor(pod: Pod | undefined) {
    this.#allocated = pod === undefined ? new Map() : recalledAllocation(pod);
    this.#enforced = pod === undefined ? new Map<string, ResourceRequirements>() : recalledEnforced(pod);
  }

  /** What the node has granted its containers. */
  get allocated(): Allocation {
    return this.#allocated;
  }

  /** What is in force for each container that was started. */
  get enforced(): ReadonlyMap<string, ResourceRequirements> {
    return this.#enforced;
  }

  /** Why a resize is not granted. */
  get resizePending(): PodFailure | undefined {
    return this.#pending;
  }

  /** A resize was granted and is not in force everywhere. */
  get isResizing(): boolean {
    return this.#isResizing;
  }

  get resizeError(): string | undefined {
    return this.#error;
  }

  grant(allocation: Allocation): void {
    this.#allocated = allocation;
    this.#pending = undefined;
    this.#error = undefined;
    this.#isResizing = true;
  }

  /** Undefined where there is nothing to wait for. */
  wait(why: PodFailure | undefined): void {
    this.#pending = why;
  }

  enforce(container: string, resources: ResourceRequirements): void {
    this.#enforced.set(container, resources);
  }

  fail(error: string | undefined): void {
    this.#error = error;
  }

  complete(): void {
    this.#isResizing = false;
  }
}
