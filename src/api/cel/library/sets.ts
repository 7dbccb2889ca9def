import { actualSize, sizeAt } from '../cost/calls.ts';
import { add, multiply, ONE, scale } from '../cost/estimates.ts';
import { global, type Library, type Overload } from '../declarations.ts';
import { equals } from '../equality.ts';
import { BOOL, listOf, parameter } from '../types.ts';
import type { Value } from '../values.ts';

type List = readonly Value[];

const T = parameter('T');

function includes(list: List, part: List): boolean {
  return part.every((item) => list.some((other) => equals(other, item)));
}

/** Compares each element of one list with each of the other, `factor` times. */
function product(factor: number): Pick<Overload, 'cost' | 'estimate'> {
  return {
    cost: (a: Value, b: Value) => 1 + Math.floor(actualSize(a) * actualSize(b) * factor),
    estimate: (args) => ({ cost: add(ONE, scale(multiply(sizeAt(args, 0), sizeAt(args, 1)), factor)) }),
  };
}

/** Lists as sets (cel-go `ext/sets.go`). */
export const SETS: Library = {
  functions: [
    global('sets.contains', 'list_sets_contains_list', [listOf(T), listOf(T)], BOOL, includes, product(1)),
    global(
      'sets.equivalent',
      'list_sets_equivalent_list',
      [listOf(T), listOf(T)],
      BOOL,
      (a: List, b: List) => includes(a, b) && includes(b, a),
      product(2),
    ),
    global(
      'sets.intersects',
      'list_sets_intersects_list',
      [listOf(T), listOf(T)],
      BOOL,
      (a: List, b: List) => b.some((item) => a.some((other) => equals(other, item))),
      product(1),
    ),
  ],
};
