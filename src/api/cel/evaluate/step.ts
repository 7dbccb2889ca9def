import type { Node } from '../ast.ts';
import { BudgetExceeded } from '../cost/budget.ts';
import type { Value } from '../values.ts';

/** What one evaluation holds. */
export class Frame {
  /** What variables are. */
  readonly slots: Value[];
  /** The budget that is left. */
  left: number;

  constructor(slots: Value[], budget: number) {
    this.slots = slots;
    this.left = budget;
  }

  /** Throws BudgetExceeded where this is more than is left. */
  charge(cost: number): void {
    if ((this.left -= cost) < 0) throw new BudgetExceeded();
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
