import type { Disposable } from '../../base/disposable.ts';
import type { Pod, ResourceRequirements } from '../../api/types.ts';
import { type Allocation, recalledAllocation, recalledEnforced } from './allocation.ts';
import type { WaitingReason } from './containerStatus.ts';
import type { PodIdentity } from './identity.ts';
import type { PodFailure } from './podStatus.ts';

/** What the agent keeps of a pod between its passes. Everything else is read from the API and the runtime. */
export interface PodRecord {
  readonly identity: PodIdentity;
  /** The newest object; undefined for what runs here without being in the API any more. */
  pod: Pod | undefined;
  /** The API has forgotten it: what runs must end and all traces go. */
  deleted: boolean;
  /** Its hooks have run in this life of the agent. */
  prepared: boolean;
  /** Why containers wait, by name. */
  readonly waiting: Map<string, WaitingReason>;
  /** Containers whose postStart hook is at work. */
  readonly starting: Set<string>;
  /**
   * What failed is not tried again before, by the monotonic clock: by container, or POD for the pod itself. Passes come
   * for all kinds of reasons.
   */
  readonly notBefore: Map<string, number>;
  /** What the node has granted its containers. */
  allocated: Allocation;
  /** What is in force for each container that was started. */
  readonly enforced: Map<string, ResourceRequirements>;
  /** Why a resize is not granted. */
  resizePending: PodFailure | undefined;
  /** A resize was granted and is not in force everywhere. */
  isResizing: boolean;
  resizeError: string | undefined;
  /** The agent ends it by its own decision. */
  failure: PodFailure | undefined;
  /** The node did not let it in: it never had containers. */
  refused: boolean;
  stage: 'active' | 'terminating' | 'terminated';
  /** The grace that the termination under way was begun with, in seconds. */
  grace: number | undefined;
  timer: Disposable | undefined;
  /** Consecutive passes that failed, for their back-off. */
  failures: number;
}

export function newRecord(identity: PodIdentity, pod: Pod | undefined): PodRecord {
  return {
    identity,
    pod,
    deleted: pod === undefined,
    prepared: false,
    waiting: new Map(),
    starting: new Set(),
    notBefore: new Map(),
    allocated: pod === undefined ? new Map() : recalledAllocation(pod),
    enforced: pod === undefined ? new Map<string, ResourceRequirements>() : recalledEnforced(pod),
    resizePending: undefined,
    isResizing: false,
    resizeError: undefined,
    failure: undefined,
    refused: false,
    stage: 'active',
    grace: undefined,
    timer: undefined,
    failures: 0,
  };
}

/** The key of `notBefore` for directories, volumes and the sandbox: no container has this name. */
export const POD = '';

const DEFAULT_GRACE_SECONDS = 30;
/** For a pod that was deleted by force: nobody waits for it. */
const FORCED_GRACE_SECONDS = 1;

/** Seconds that the pod's containers have to end in. */
export function graceSeconds(record: PodRecord): number {
  const { pod } = record;
  if (record.deleted && pod !== undefined) return FORCED_GRACE_SECONDS;
  return (
    pod?.metadata.deletionGracePeriodSeconds ??
    pod?.spec.terminationGracePeriodSeconds ??
    DEFAULT_GRACE_SECONDS
  );
}
