import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Client } from './contract.ts';
import type { EventRecorder } from './eventRecorder.ts';
import type { InformerFactory } from './informers.ts';

/** What `reconcile` asks of the queue. Throwing means: again, with back-off. */
export interface ReconcileResult {
  readonly requeueAfterMs?: number;
}

/**
 * A loop that makes the world of one key as its objects declare it. Level-triggered: the event that woke it is not
 * an argument. It reads from informers, computes the intended changes in a pure function and writes through the
 * client. The queue gives one key to one worker at a time.
 */
export interface Controller {
  /** As in `system:kube-controller-manager` logs: `deployment`, `replicaset`, … */
  readonly name: string;
  readonly workers: number;
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined>;
  /** Lets go of what it holds outside the API (listeners, tunnels), after the last reconcile. */
  stop?(): Promise<void>;
}

/** What a controller's factory is given: its only doors to the outside. */
export interface ControllerContext {
  /** Acts as `system:serviceaccount:kube-system:NAME-controller`, as upstream with use-service-account-credentials. */
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Adds a key to this controller's queue, at once or later. */
  readonly enqueue: (key: string, afterMs?: number) => void;
}

/** One line of the list in `index.ts`: subscribes to informers in the call, returns the controller. */
export type ControllerFactory = (context: ControllerContext) => Controller;
