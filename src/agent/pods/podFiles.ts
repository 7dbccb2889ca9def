import type { RuntimeContainer } from '../runtime/contract.ts';
import type { PodIdentity } from './identity.ts';

/** What pods leave in the node's file system. */
export interface PodFiles {
  /** The termination message of a container; '' if it left none. Never rejects. */
  terminationMessage(pod: PodIdentity, instance: RuntimeContainer): Promise<string>;
  /** Takes the pod's logs away: it is gone from the API. */
  removeLogs(pod: PodIdentity): Promise<void>;
}

/** For nodes without files. */
export const noPodFiles: PodFiles = {
  terminationMessage: () => Promise.resolve(''),
  removeLogs: () => Promise.resolve(),
};
