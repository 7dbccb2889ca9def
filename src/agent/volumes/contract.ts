import type { Node, Pod, Volume } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/events.ts';
import type { Logger } from '../../base/logger.ts';
import type { Client } from '../../client/contract.ts';
import type { FieldSources } from '../hooks/podFields.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import type { AgentPaths } from '../paths.ts';
import type { ImageService } from '../runtime/contract.ts';
import type { UserNamespaces } from '../pods/userNamespaces.ts';
import type { LocalVolumes } from './localVolumes.ts';

/** The parts of the agent that volume plugins may use. */
export interface VolumeOptions {
  readonly paths: AgentPaths;
  readonly users: Pick<UserNamespaces, 'of'>;
  readonly objects: ObjectStore;
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The time of day has jumped. Missing where nobody sets it. */
  readonly onClockSet?: Event<undefined> | undefined;
  readonly localVolumes: LocalVolumes;
  readonly images: Pick<ImageService, 'unmount'>;
  /** This node, as the API shows it; undefined before it does. */
  readonly node: () => Node | undefined;
  sources(): Pick<FieldSources, 'hostIPs' | 'allocatable'>;
  /** The pod's addresses; empty before its sandbox has any. */
  podIPs(uid: string): readonly string[];
}

/** A volume of one pod, ready to be mounted into its containers. */
export interface PodVolume {
  readonly hostPath: string;
  /** Containers may not write to it, whatever they ask for. */
  readonly isReadOnly: boolean;
  /** The contents belong to users of the node, not to the pod's own users. */
  readonly isOfNode?: boolean;
  /** The claim that it is by. */
  readonly claim?: string;
  /** The pod's object has changed. */
  update?(pod: Pod): void;
  /** Ends watches and timers. Files go with the pod's directory. */
  close(): Promise<void>;
}

/** One type of volume. */
export interface VolumePlugin {
  /** The field of the volume that it serves: `emptyDir`. */
  readonly type: keyof Volume;
  /** Idempotent; also finds what an agent's earlier life has set up. Throws what goes into the FailedMount event. */
  setUp(pod: Pod, volume: Volume, signal: AbortSignal): Promise<PodVolume>;
}

/** A volume that could not be set up; the text is the event's, as it stands. */
export class VolumeError extends Error {
  override readonly name: string = 'VolumeError';
}

/** The source of the volume is not known yet. kubelet reports all such volumes of a pod together. */
export class UnprocessedVolumeError extends VolumeError {
  override readonly name = 'UnprocessedVolumeError';
}

/**
 * The mode of volumes that the node makes: open to every user of the pod's containers (volume `emptydir/empty_dir.go`).
 */
export const VOLUME_MODE = 0o777;
/**
 * The mode of volumes that upstream puts on a tmpfs, which the kernel creates so: only a file's owner may remove it.
 */
export const MEMORY_VOLUME_MODE = 0o1777;

export const NOTHING_TO_CLOSE = (): Promise<void> => Promise.resolve();
