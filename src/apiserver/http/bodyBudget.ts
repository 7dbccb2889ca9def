import type { UserInfo } from '../../api/request.ts';
import { type StatusError, tooManyRequests } from '../../api/status.ts';
import { MASTERS, NODES, UNAUTHENTICATED } from '../auth/users.ts';

export interface BodyBudgetLimits {
  /** For all users together. Administrators and nodes are exempt, so that nobody can lock them out. */
  readonly total: number;
  readonly perUser: number;
  /** For all requests without credentials together. */
  readonly anonymous: number;
}

const MIB = 1024 * 1024;
const LIMITS: BodyBudgetLimits = { total: 64 * MIB, perUser: 24 * MIB, anonymous: 4 * MIB };

/** Bytes of bodies that may be in memory at a time: of one user and of all. */
export class BodyBudget {
  readonly #limits: BodyBudgetLimits;
  readonly #ofUsers = new Map<string, number>();
  /** The bytes of all users who are not exempt. */
  #total = 0;

  constructor(limits: Partial<BodyBudgetLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  shareOf(user: UserInfo): BodyShare {
    return new BodyShare(this, user);
  }

  /** For a share: false where these bytes are too many. Fewer than none are given back. */
  take({ name, groups }: UserInfo, bytes: number): boolean {
    const { total, perUser, anonymous } = this.#limits;
    const now = (this.#ofUsers.get(name) ?? 0) + bytes;
    const isPrivileged = groups.includes(MASTERS) || groups.includes(NODES);
    if (bytes > 0) {
      if (now > (groups.includes(UNAUTHENTICATED) ? anonymous : perUser)) return false;
      if (!isPrivileged && this.#total + bytes > total) return false;
    }
    if (now === 0) this.#ofUsers.delete(name);
    else this.#ofUsers.set(name, now);
    if (!isPrivileged) this.#total += bytes;
    return true;
  }
}

/** The part of the budget that one request holds. */
export class BodyShare {
  readonly #budget: BodyBudget;
  readonly #user: UserInfo;
  #taken = 0;

  constructor(budget: BodyBudget, user: UserInfo) {
    this.#budget = budget;
    this.#user = user;
  }

  /** False where these bytes are too many. */
  take(bytes: number): boolean {
    if (!this.#budget.take(this.#user, bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  refusal(): StatusError {
    return tooManyRequests('too many request bodies are being read, please try again later', 1);
  }

  /** Gives all back. */
  release(): void {
    if (this.#taken > 0) this.#budget.take(this.#user, -this.#taken);
    this.#taken = 0;
  }
}
