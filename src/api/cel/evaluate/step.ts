import type { Node } from '../ast.ts';
import { BudgetExceeded } from '../cost/budget.ts';
import type { Meter } from '../equality.ts';
import type { Value } from '../values.ts';

const COMPARED_PER_COST = 100;

/** What one evaluation holds. */
export class Frame implements Meter {
  /** What variables are. */
  readonly slots: Value[];
  /** The budget that is left. */
  left: number;

  /** Elements that were compared and not yet paid for. */
  compared = 0;

  constructor(slots: Value[], budget: number) {
    this.slots = slots;
    this.left = budget;
  }

  /** Throws BudgetExceeded where this is more than is left. */
  charge(cost: number): void {
    if ((this.left -= cost) < 0) throw new BudgetExceeded();
  }

  /**
   * Pays for comparing what is deep inside. Upstream takes nothing for it, so that a few steps could compare everything
   * that a request may hold, again and again; what usual objects hold costs nothing here either.
   */
  settle(): void {
    if (this.compared < COMPARED_PER_COST) return;
    this.charge(Math.floor(this.compared / COMPARED_PER_COST));
    this.compared %= COMPARED_PER_COST;
  }
}

/** A node made ready to run. The answer may be a CelError. */
export type Step = (frame: Frame) => Value;

/** Makes nodes ready. */
export interface Planner {
  plan(node: Node): Step;
  /** Where a variable is; it gets a place where it has none yet. */
  slot(name: string): number;
  /** Gives variables new places while `body` plans what is inside. */
  scope<T>(names: readonly string[], body: (slots: readonly number[]) => T): T;
}
