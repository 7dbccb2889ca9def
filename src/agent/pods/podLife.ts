import type { Pod } from '../../api/types.ts';
import type { PodFailure } from './podStatus.ts';

const DEFAULT_GRACE_SECONDS = 30;
/** For a pod that was deleted by force: nobody waits for it. */
const FORCED_GRACE_SECONDS = 1;
/** For one that takes what the node cannot spare (eviction `immediateEvictionGracePeriodSeconds`). */
const EVICTION_GRACE_SECONDS = 1;

/** What the API and the node want of a pod. Written by the pod manager. */
export class PodLife {
  #pod: Pod | undefined;
  #isGone: boolean;
  #failure: PodFailure | undefined;
  #wasRefused = false;
  #wasEvicted = false;

  constructor(pod: Pod | undefined) {
    this.#pod = pod;
    this.#isGone = pod === undefined;
  }

  /** The newest object; undefined for what runs here without being in the API any more. */
  get pod(): Pod | undefined {
    return this.#pod;
  }

  /** The API has forgotten it: what runs must end and all traces go. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The agent ends it by its own decision. */
  get failure(): PodFailure | undefined {
    return this.#failure;
  }

  /** The node did not let it in: it never had containers. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Whether nothing of it may start any more. */
  get isOver(): boolean {
    const pod = this.#pod;
    return (
      this.#isGone ||
      this.#failure !== undefined ||
      (pod !== undefined && (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)))
    );
  }

  /** Seconds that the pod's containers have to end in. */
  get graceSeconds(): number {
    const pod = this.#pod;
    if (this.#isGone && pod !== undefined) return FORCED_GRACE_SECONDS;
    const seconds =
      pod?.metadata.deletionGracePeriodSeconds ??
      pod?.spec.terminationGracePeriodSeconds ??
      DEFAULT_GRACE_SECONDS;
    return this.#wasEvicted ? Math.min(seconds, EVICTION_GRACE_SECONDS) : seconds;
  }

  update(pod: Pod): void {
    this.#pod = pod;
  }

  forget(): void {
    this.#isGone = true;
  }

  fail(failure: PodFailure): void {
    this.#failure = failure;
  }

  evict(failure: PodFailure): void {
    this.#failure = failure;
    this.#wasEvicted = true;
  }

  refuse(failure: PodFailure): void {
    this.#failure = failure;
    this.#wasRefused = true;
  }
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
