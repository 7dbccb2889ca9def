import { sizeOf } from '../operators.ts';
import type { Value } from '../values.ts';
import {
  add,
  fixed,
  ONE,
  type Range,
  REGEX_FACTOR,
  scale,
  type SizedArgument,
  TRAVERSAL_FACTOR,
  multiply,
} from './estimates.ts';
import type { Overload } from '../declarations.ts';

/** The actual and the estimated costs of calls, per shape of cost (cel-go `runtimecost.go`, `checker/cost.go`). */
type Costs = Required<Pick<Overload, 'cost' | 'estimate'>>;

/** The size of a value; 1 if it has none. */
export function actualSize(value: Value): number {
  return sizeOf(value) ?? 1;
}

export function traversal(size: number, factor = 1): number {
  return Math.ceil(size * factor * TRAVERSAL_FACTOR);
}

export function sizeAt(args: readonly SizedArgument[], index: number): Range {
  return args[index]?.size ?? { min: 0, max: Number.POSITIVE_INFINITY };
}

/** The cost of reading the first argument, `factor` times. `result`: the result is as long as the argument. */
export function traversesFirst(factor = 1, result = false): Costs {
  return {
    cost: (value: Value) => traversal(actualSize(value), factor),
    estimate: (args) => {
      const size = sizeAt(args, 0);
      const cost = scale(size, factor * TRAVERSAL_FACTOR);
      return result ? { cost, size } : { cost };
    },
  };
}

/** The cost of reading the shorter of two values: equality and order. */
export const traversesShorter: Costs = {
  cost: (a: Value, b: Value) => traversal(Math.min(actualSize(a), actualSize(b))),
  estimate: (args) => {
    const max = Math.min(sizeAt(args, 0).max, sizeAt(args, 1).max);
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, TRAVERSAL_FACTOR) };
  },
};

/** The cost of searching a text in a text. */
export const traversesProduct: Costs = {
  cost: (a: Value, b: Value) => traversal(actualSize(a)) * traversal(actualSize(b)),
  estimate: (args) => ({
    cost: multiply(scale(sizeAt(args, 0), TRAVERSAL_FACTOR), scale(sizeAt(args, 1), TRAVERSAL_FACTOR)),
  }),
};

/** The cost of matching the second argument, a regular expression, in the first. */
export const matchesRegex: Costs = {
  cost: (text: Value, pattern: Value) => regexCost(actualSize(text), actualSize(pattern)),
  estimate: (args) => {
    const text = scale(add(sizeAt(args, 0), ONE), TRAVERSAL_FACTOR);
    return { cost: multiply(text, scale(sizeAt(args, 1), REGEX_FACTOR)) };
  },
};

export function regexCost(text: number, pattern: number): number {
  return Math.ceil((1 + text) * TRAVERSAL_FACTOR) * Math.ceil(pattern * REGEX_FACTOR);
}

/** The cost of copying both arguments. */
export const concatenates: Costs = {
  cost: (a: Value, b: Value) => traversal(actualSize(a) + actualSize(b)),
  estimate: (args) => {
    const size = add(sizeAt(args, 0), sizeAt(args, 1));
    return { cost: scale(size, TRAVERSAL_FACTOR), size };
  },
};

export function flat(cost: number): Costs {
  return { cost: () => cost, estimate: () => ({ cost: fixed(cost) }) };
}
