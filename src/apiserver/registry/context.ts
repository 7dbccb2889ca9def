import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Cause, UserInfo } from '../../api/request.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Storage } from '../../storage/contract.ts';
import type { AdmissionChain } from '../admission/chain.ts';

/** What the registry is built on. */
export interface RegistryOptions {
  readonly storage: Storage;
  readonly cache: Cache;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: Random;
}

/** The user of a write, and its options. */
export interface WriteContext {
  readonly user: UserInfo;
  readonly cause: Cause | undefined;
  readonly dryRun: boolean;
  /** For managedFields. */
  readonly manager: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: () => AbortSignal;
  /** When the client is told that it took too long, in monotonic milliseconds; undefined for never. */
  readonly deadline: number | undefined;
  /** The CreateOptions or UpdateOptions that the client set, without kind. */
  options(): object;
  /** One `Warning` header each. */
  warn(message: string): void;
  /** For the audit log, shown from `level` up. */
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
  /** False where nobody would see a warning: the control plane's own parts. */
  readonly wantsWarnings: boolean;
}
