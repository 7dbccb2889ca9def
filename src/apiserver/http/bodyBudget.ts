import type { UserInfo } from '../../api/request.ts';
import { type StatusError, tooManyRequests } from '../../api/status.ts';
import { MASTERS, NODES, UNAUTHENTICATED } from '../auth/users.ts';

export interface BodyBudgetLimits {
  /** Of all users together, but for administrators and nodes: nobody keeps the cluster from those. */
  readonly total: number;
  readonly perUser: number;
  /** Of all that show no credentials, together. */
  readonly anonymous: number;
}

const MIB = 1024 * 1024;
const LIMITS: BodyBudgetLimits = { total: 64 * MIB, perUser: 24 * MIB, anonymous: 4 * MIB };

/** What one request holds of the budget. */
export interface BodyShare {
  /** False where these bytes are too many. */
  take(bytes: number): boolean;
  refusal(): StatusError;
  /** Gives all back. */
  release(): void;
}

/** Bytes of bodies that may be in memory at a time: of one user and of all. */
export class BodyBudget {
  readonly #limits: BodyBudgetLimits;
  readonly #ofUsers = new Map<string, number>();
  #total = 0;

  constructor(limits: Partial<BodyBudgetLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  shareOf(user: UserInfo): BodyShare {
    const { total, perUser, anonymous } = this.#limits;
    const isAnonymous = user.groups.includes(UNAUTHENTICATED);
    const isPrivileged = user.groups.includes(MASTERS) || user.groups.includes(NODES);
    const { name } = user;
    const most = isAnonymous ? anonymous : perUser;
    let taken = 0;
    const add = (bytes: number): void => {
      taken += bytes;
      const now = (this.#ofUsers.get(name) ?? 0) + bytes;
      if (now === 0) this.#ofUsers.delete(name);
      else this.#ofUsers.set(name, now);
      if (!isPrivileged) this.#total += bytes;
    };
    return {
      take: (bytes) => {
        if ((this.#ofUsers.get(name) ?? 0) + bytes > most) return false;
        if (!isPrivileged && this.#total + bytes > total) return false;
        add(bytes);
        return true;
      },
      refusal: () => tooManyRequests('too many request bodies are being read, please try again later', 1),
      release: () => add(-taken),
    };
  }
}
