import type { RuntimeContainer } from '../runtime/contract.ts';
import type { PodIdentity } from './identity.ts';

/** What containers say when they end. */
export interface TerminationMessages {
  /** '' where it left nothing. Never rejects. */
  read(pod: PodIdentity, instance: RuntimeContainer): Promise<string>;
  remove(uid: string): Promise<void>;
}

/** For nodes without files. */
export const noTerminationMessages: TerminationMessages = {
  read: () => Promise.resolve(''),
  remove: () => Promise.resolve(),
};
