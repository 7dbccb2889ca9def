import type { Node } from './ast.ts';
import { check } from './checker.ts';
import { BudgetExceeded } from './cost/budget.ts';
import { estimateCost, type SizeOf } from './cost/estimator.ts';
import type { Range } from './cost/estimates.ts';
import type { Environment } from './environment.ts';
import { adapterOf } from './evaluate/adapt.ts';
import { planExpression, type Plan } from './evaluate/planner.ts';
import { Frame } from './evaluate/step.ts';
import { checkLiterals } from './literals.ts';
import { NO_OVERLOAD } from './operators.ts';
import { parse } from './parser.ts';
import { formatIssues } from './source.ts';
import { DYN, type Type } from './types.ts';
import { CelError, type Value } from './values.ts';

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  /** `message`: all problems, in upstream's words, with positions. */
  | { readonly ok: false; readonly message: string };

/** The result of an evaluation. */
export interface Outcome {
  /** A CelError if there is no value. */
  readonly value: Value;
  readonly cost: number;
}

/** Upstream's words for an evaluation that goes over its budget. */
export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';

/**
 * Compiles an expression with the variables and functions of the environment. `sizeOf` tells the greatest sizes of
 * values from outside, for the estimated cost.
 */
export function compile(source: string, environment: Environment, sizeOf?: SizeOf): Compiled {
  const parsed = parse(source, environment.options);
  if (!parsed.ok) return { ok: false, message: formatIssues(source, parsed.issues) };
  let issues = check(environment, parsed.node);
  if (issues.length === 0 && environment.options.validateLiterals === true)
    issues = checkLiterals(parsed.node);
  if (issues.length > 0) return { ok: false, message: formatIssues(source, issues) };
  return { ok: true, program: new Program(source, parsed.node, environment, sizeOf) };
}

/** A checked expression that is ready to run. It has no state: evaluations do not see each other. */
export class Program {
  readonly source: string;
  readonly type: Type;
  /** The least and the most that an evaluation may cost. The most may be infinite. */
  readonly estimatedCost: Range;
  readonly #plan: Plan;
  readonly #inputs: readonly Input[];

  constructor(source: string, node: Node, environment: Environment, sizeOf: SizeOf | undefined) {
    this.source = source;
    this.type = node.type ?? DYN;
    this.estimatedCost = estimateCost(node, sizeOf);
    this.#plan = planExpression(node);
    this.#inputs = [...this.#plan.variables].map(([name, slot]) => {
      const type = environment.variable(name);
      return { name, slot, adapt: type === undefined ? undefined : adapterOf(type) };
    });
  }

  /** Whether it reads this variable: a rule that reads `oldSelf` is about a transition. */
  reads(variable: string): boolean {
    return this.#plan.variables.has(variable);
  }

  /**
   * Evaluates the expression with the given variables. Reading a variable that is missing is an error. JSON is used as
   * it is, and is never changed. The result is an error if the cost goes over the budget; this never throws.
   */
  evaluate(bindings: Readonly<Record<string, Value>>, budget: number): Outcome {
    const slots = new Array<Value>(this.#plan.slots);
    for (const { name, slot, adapt } of this.#inputs) {
      const value = bindings[name];
      slots[slot] =
        value === undefined
          ? new CelError(`no such attribute(s): ${name}`)
          : adapt === undefined
            ? value
            : adapt(value);
    }
    const frame = new Frame(slots, budget);
    try {
      const value = this.#plan.step(frame);
      return { value, cost: budget - frame.left };
    } catch (error) {
      if (error instanceof BudgetExceeded)
        return { value: new CelError(COST_EXCEEDED), cost: budget - frame.left };
      // A function met a value that does not fit its schema.
      if (error instanceof TypeError) return { value: NO_OVERLOAD, cost: budget - frame.left };
      // A text or a list would be longer than JavaScript allows.
      if (error instanceof RangeError) return { value: TOO_LARGE, cost: budget - frame.left };
      throw error;
    }
  }
}

const TOO_LARGE = new CelError('the value is too large');

interface Input {
  readonly name: string;
  readonly slot: number;
  readonly adapt: ((value: Value) => Value) | undefined;
}
