import type { Mutable } from '../../api/meta.ts';
import type { Container, Pod } from '../../api/types.ts';
import type { PodIdentity } from '../pods/identity.ts';
import type { ContainerConfig, ImageStatus, SandboxConfig } from '../runtime/contract.ts';

/**
 * Something that a pod needs on its node before its sandbox: directories, volumes. Each is idempotent and owns its
 * undo. Hooks are a list; undo runs in reverse. A pod waits in ContainerCreating while one fails.
 */
export interface PodHook {
  readonly name: string;
  /** Also after a restart of the agent, for pods whose containers run already. Throws what goes into an event. */
  prepare(pod: Pod, signal: AbortSignal): Promise<void>;
  /** The pod's object has changed. */
  update?(pod: Pod): void;
  /** Nothing of the pod runs any more. Fine with what was never prepared, and with pods of an agent's earlier life. */
  undo(pod: PodIdentity): Promise<void>;
  /** The agent ends, pods go on: lets go of watches and timers. */
  close?(): Promise<void>;
}

/** Adds its part to a container's configuration right before it is created. */
export interface ContainerHook {
  readonly name: string;
  /** Throws ContainerStartError for what the container's status must say. */
  apply(context: ContainerContext, draft: ContainerDraft): Promise<void>;
}

export interface ContainerContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  /** The node's addresses for a pod on the host's network. */
  readonly podIPs: readonly string[];
  readonly sandbox: SandboxConfig;
  readonly signal: AbortSignal;
}

export interface ContainerDraft {
  readonly config: Mutable<ContainerConfig>;
  /** The container's image, once the image hook has run. */
  image: ImageStatus | undefined;
}

/** Why a container cannot be started now; the reason of its waiting state. */
export class ContainerStartError extends Error {
  override readonly name = 'ContainerStartError';
  /** CreateContainerConfigError, ErrImagePull, CrashLoopBackOff, … */
  readonly reason: string;
  /** When another attempt makes sense. */
  readonly retryMs: number;
  constructor(reason: string, message: string, retryMs: number) {
    super(message);
    this.reason = reason;
    this.retryMs = retryMs;
  }
}

/** As kubelet waits before it tries a pod again after an error that nothing will announce the end of. */
export const RETRY_MS = 10_000;

export function configError(message: string): ContainerStartError {
  return new ContainerStartError('CreateContainerConfigError', message, RETRY_MS);
}
