import type { Node } from '../ast.ts';
import { BudgetExceeded } from '../cost/budget.ts';
import type { Meter } from '../equality.ts';
import type { Value } from '../values.ts';

const COMPARED_PER_COST = 100;

/** The state of one evaluation. */
export class Frame implements Meter {
  /** The values of the variables. */
  readonly slots: Value[];
  /** The budget that is left. */
  left: number;

  /** The number of elements that were compared and are not paid for yet. */
  compared = 0;

  constructor(slots: Value[], budget: number) {
    this.slots = slots;
    this.left = budget;
  }

  /** Throws BudgetExceeded if the cost is more than the budget that is left. */
  charge(cost: number): void {
    if ((this.left -= cost) < 0) throw new BudgetExceeded();
  }

  /**
   * Pays for comparing nested values. Upstream charges nothing for them, so a few steps could compare everything in a
   * request again and again. Objects of usual size cost nothing here either.
   */
  settle(): void {
    if (this.compared < COMPARED_PER_COST) return;
    this.charge(Math.floor(this.compared / COMPARED_PER_COST));
    this.compared %= COMPARED_PER_COST;
  }
}

/** A planned node, ready to run. Its result may be a CelError. */
export type Step = (frame: Frame) => Value;

/** Plans nodes, so that they are ready to run. */
export interface Planner {
  plan(node: Node): Step;
  /** The slot of a variable; the variable gets a new slot if it has none yet. */
  slot(name: string): number;
  /** Gives variables new slots while `body` plans the inner nodes. */
  scope<T>(names: readonly string[], body: (slots: readonly number[]) => T): T;
}
